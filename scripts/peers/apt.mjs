// A private apt root: its own lists, state and cache. Nothing of the machine's apt is changed; from it come only the
// mirror, the proxy settings and Debian's keyring, by which every package is verified.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Failure, mustRun, run } from "../command.mjs";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Downloads `packages` of `suite` into `folder`; returns the names of the .deb files. `architectures`: Debian's names of
 * those that packages are named for, the machine's own first; only its own unless told.
 */
export async function downloadPackages(folder, suite, packages, architectures = []) {
  if (!existsSync(KEYRING))
    throw new Failure(`${KEYRING} is missing: the package debian-archive-keyring has it`);
  for (const name of ["lists/partial", "archives/partial", "empty"]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  await writeFile(join(folder, "status"), "");
  await writeFile(
    join(folder, "sources.list"),
    `deb [signed-by=${KEYRING}] ${await mirror()} ${suite} main\n`,
  );
  await writeFile(join(folder, "apt.conf"), configuration(folder, architectures, await networkSettings()));

  await aptGet(folder, suite, ["update"]);
  await aptGet(folder, suite, ["download", ...packages]);
  return (await readdir(folder)).filter((name) => name.endsWith(".deb"));
}

async function aptGet(folder, suite, args) {
  const env = { ...process.env, APT_CONFIG: join(folder, "apt.conf") };
  const { status, output } = await run("apt-get", ["-qq", ...args], { env, cwd: folder });
  if (status === 0) return;
  const [, reason] = /^E: (.*)$/m.exec(output) ?? ["", `exit status ${status}`];
  throw new Failure(`Debian ${suite} cannot be had: apt-get ${args[0]}: ${reason}`);
}

function configuration(folder, architectures, network) {
  return `Dir::State "${folder}"; Dir::State::lists "${folder}/lists"; Dir::State::status "${folder}/status";
Dir::Cache "${folder}"; Dir::Cache::archives "${folder}/archives";
Dir::Etc::sourcelist "${folder}/sources.list"; Dir::Etc::main "${folder}/none";
Dir::Etc::sourceparts "${folder}/empty"; Dir::Etc::preferencesparts "${folder}/empty"; Dir::Etc::parts "${folder}/empty";
${architectures.map((name) => `APT::Architectures:: "${name}"; `).join("")}
Acquire::Languages "none"; APT::Sandbox::User "root"; APT::Update::Error-Mode "any";
// A mirror that lags is expired but no less authentic.
Acquire::Check-Valid-Until "false";
${network}
`;
}

/** The first Debian archive in the machine's apt sources, in either of their two formats. */
async function mirror() {
  const folder = "/etc/apt/sources.list.d";
  const names = await readdir(folder).catch(() => []);
  for (const file of ["/etc/apt/sources.list", ...names.map((name) => join(folder, name))]) {
    const found = mirrorIn(await readFile(file, "utf8").catch(() => ""));
    if (found !== null) return found;
  }
  throw new Failure("no Debian mirror in the machine's apt configuration");
}

/** The address of the first Debian archive that an apt sources file names; null: there is none. */
export function mirrorIn(sources) {
  const [, address] =
    /^(?:URIs:|deb(?: +\[[^\]]*\])?) +(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(sources) ?? [];
  return address ?? null;
}

/** Proxies and time limits the machine needs to reach its mirror. */
async function networkSettings() {
  const settings = await mustRun("apt-config dump", "apt-config", ["dump"]);
  return settings
    .split("\n")
    .filter((line) => /^Acquire::https?::/.test(line))
    .join("\n");
}
