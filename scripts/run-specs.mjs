// Runs the as-pect specs of the core (tests/core/*.spec.ts) and ends with their number. A crash of the compiler prints
// its own minified source, so lines are cut.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const LINE_WIDTH = 200;
const MAX_LINES = 200;

const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [
    "node_modules/@as-pect/cli/lib/test.js",
    "--summary",
    // An absolute path: asc looks up the transform as a package otherwise.
    ...["--as-config", resolve("as-pect.asconfig.json")],
    ...process.argv.slice(2),
  ],
  { encoding: "utf8", env: { ...process.env, FORCE_COLOR: "0" }, maxBuffer: 1 << 26 },
);

const lines = `${stdout}${stderr}`.split("\n");
if (status !== 0) {
  for (const line of lines.slice(0, MAX_LINES)) process.stdout.write(`${line.slice(0, LINE_WIDTH)}\n`);
}
const [, passed, total] = /\[Tests\]: (\d+) \/ (\d+)/.exec(stdout) ?? ["", "0", "0"];
process.stdout.write(`specs of the core: ${passed} of ${total} passed\n`);
process.exit(status === 0 && passed === total && Number(total) > 0 ? 0 : 1);
