// npm run demo: five images in a registry, one policy, and the outcome of each pull.
// Exit code 0: all as expected. 1: not. 2: usage, or the real programs are unavailable.
import { NAMESPACE } from "../support/countersign/policy.js";
import { readArguments } from "../support/own-arguments.js";
import { SCENARIOS, type Scenario } from "./scenarios.js";
import type { Outcome, Stage } from "./stage.js";
import { table } from "./table.js";
import { stageWithContainerd } from "./with-containerd.js";
import { stageWithoutContainerd } from "./without-containerd.js";

const HELP = `usage: npm run demo [-- --containerd]

Five images in a registry, one policy, and the outcome of each pull. Without --containerd only the daemon and the plugin
are real; the plugin is executed as containerd would execute it.

  --containerd  use a real containerd, registry and cosign, fetched from Debian once: needs root and Debian on x64
  --help        print this

Exit status 0 if all is as expected, 1 if it is not, 2 for wrong arguments or if those programs are unavailable.
`;

// A reader that goes away (`| head`) must not keep the stage from being taken down.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await main();

async function main(): Promise<number> {
  const options = { containerd: { type: "boolean", default: false } } as const;
  const real = readArguments("demo", HELP, options, ({ containerd }) => containerd);
  const stage = await (real ? stageWithContainerd() : stageWithoutContainerd());
  if ("unavailable" in stage) {
    process.stderr.write(`demo: ${stage.unavailable}\n`);
    return 2;
  }
  try {
    return await play(stage);
  } finally {
    await stage.stop();
  }
}

async function play(stage: Stage): Promise<number> {
  process.stdout.write(`${introduction(stage)}\n`);
  const rows = [["image", "verdict", "code", "reason", "time"]];
  const surprises: string[] = [];
  for (const scenario of SCENARIOS) {
    const repository = `${NAMESPACE}/${scenario.image}`;
    await scenario.publish(stage, repository);
    const outcome = await stage.pull(`${stage.registry}/${repository}:1`);
    rows.push(row(scenario, outcome));
    if (!isExpected(scenario, outcome)) surprises.push(`${scenario.image} should be ${scenario.code}`);
  }
  process.stdout.write(table(rows));
  for (const surprise of surprises) process.stderr.write(`demo: ${surprise}\n`);
  return surprises.length === 0 ? 0 : 1;
}

function introduction({ cast, registry }: Stage): string {
  return `Running ${cast}.
The policy accepts images below ${registry}/${NAMESPACE} that the team's key signed under their own name.

${table(SCENARIOS.map(({ image, story }) => [image, story]))}`;
}

function row({ image }: Scenario, { allowed, code, reason, milliseconds }: Outcome): string[] {
  return [image, allowed ? "allowed" : "denied", code, reason, `${milliseconds.toFixed(0)} ms`];
}

function isExpected({ code }: Scenario, outcome: Outcome): boolean {
  return outcome.code === code && outcome.allowed === (code === "accepted");
}
