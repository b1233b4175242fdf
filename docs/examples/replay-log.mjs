// What a remote party does with the event log of a CVM (docs/confidential-vm.md): node replay-log.mjs LOG REGISTER POLICY CORE
// LOG: the lines that were measured. REGISTER: the PCR's value, hex, from evidence whose signature you have verified. POLICY and
// CORE: the only digests that may have been in force. Exits with 0 if all of it agrees.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const [log = "", register = "", policyDigest = "", coreDigest = ""] = process.argv.slice(2);
const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

// A PCR begins with zeros and is extended by digests: PCR = SHA-256(PCR ‖ digest).
const replayed = lines.reduce((pcr, line) => sha256(pcr, sha256(`${line}\n`)), Buffer.alloc(32));
if (replayed.toString("hex") !== register.toLowerCase()) fail("the log is not what was measured");

const events = lines.map((line) => JSON.parse(line));
if (events.length === 0) fail("nothing was measured");
for (const event of events) {
  if (event.policyDigest !== policyDigest) fail(`another policy: ${event.policyDigest}`);
  if (event.coreDigest !== coreDigest) fail(`another core: ${event.coreDigest}`);
  if (event.event === "image-accept")
    console.log(`${event.digest} as ${event.name}, signed by ${event.signer}`);
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
