import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Image } from "#component/types";
import { RegistryClient } from "../../../host/registry/client.js";
import { anonymous } from "../../../host/registry/credentials/source.js";
import { Transport } from "../../../host/registry/transport.js";
import { auditRecord, auditToFile } from "../../../host/service/audit.js";
import { findPolicy, loadPolicy } from "../../../host/service/policy-file.js";
import { Verifier } from "../../../host/service/verifier.js";
import { RegistrySource } from "../../../host/sources/registry-source.js";
import type { Measure } from "../bench.js";
import { scaled } from "../figure.js";
import { compare } from "../sampling.js";

/** What a record may add to a verification. */
const LIMIT = 0.05;

/** What an audit record in a file costs, beside the verification that it is of, which asks the registry each time. */
export const measure: Measure = async function* (bench) {
  const { effort } = bench;
  const stage = await bench.stage();
  const policy = loadPolicy(findPolicy(stage.policyFile, []));
  const source = new RegistrySource(
    new RegistryClient(new Transport({ plainHttp: [], credentials: anonymous })),
  );
  const { name, digest, descriptor } = stage.question;
  const image: Image = {
    transport: "docker",
    name,
    mode: "containerd",
    digest,
    descriptor: Buffer.from(descriptor),
  };
  const path = join(stage.folder, "audit.jsonl");
  const file = auditToFile(path);
  try {
    const verifier = new Verifier({ policy: () => policy, source, audit: { write: () => {} } });
    const verify = async () => {
      const verdict = await verifier.verify(image);
      if (!verdict.ok) throw new Error(`a signed image is denied: ${verdict.reason}`);
      return verdict;
    };
    const verdict = await verify();
    const record = () => file.write(auditRecord(image, verdict, new Date()));
    const [verification] = await compare([verify], effort);
    const [alone] = await compare([record], effort);
    if (verification === undefined || alone === undefined) return;
    if ((await readFile(path)).length === 0) throw new Error("there are no records");
    const share = alone.median / verification.median;
    yield {
      name: "audit record, made and written to a file",
      unit: "µs",
      ours: scaled(alone, 1000),
      peer: "the verification it is of",
      theirs: scaled(verification, 1000),
      runs: effort.rounds,
      ...(share > LIMIT ? { failure: `it adds ${(100 * share).toFixed(1)} % to a verification` } : {}),
    };
  } finally {
    file.close();
    await source.close();
  }
};
