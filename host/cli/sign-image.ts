import type { PolicyCore } from "../core/core.js";
import { PATIENT_RETRY } from "../registry/retry.js";
import type { Transport } from "../registry/transport.js";
import type { PolicyState } from "../service/policy-file.js";
import { findImage } from "../signing/copy/copy-image.js";
import type { ImageName } from "../signing/image-name.js";
import { openSource, openTarget } from "../signing/image-places.js";
import { keyPolicy } from "../signing/judge-signed.js";
import type { Annotations } from "../signing/payload/claim.js";
import { signImage } from "../signing/sign-image.js";
import type { SignatureFormat } from "../signing/sign-manifests.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { note, print } from "./output.js";
import { policyState } from "./policy-options.js";
import { publicKeyFile, signerFromFile } from "./private-key-file.js";
import { REGISTRY_OPTIONS, registryTransport, signatureRepository } from "./registry-options.js";
import { denials, type SignedResult, signedJson, signedText } from "./signed-image.js";
import { type Identity, planSigning, type SigningPlan, tagOf } from "./signing-plan.js";
import { UsageError } from "./usage-error.js";
import { exitCode } from "./verdict.js";

const FORMATS: ReadonlyMap<string, readonly SignatureFormat[]> = new Map([
  ["legacy", ["legacy"]],
  ["bundle", ["bundle"]],
  ["both", ["legacy", "bundle"]],
]);

export default command({
  operands: ["SOURCE", "TARGET", "PRIVATE-KEY", "PUBLIC-KEY"],
  description: `Copies the image SOURCE to TARGET with all its platforms, signs it there, fetches the signatures back and judges
them by PUBLIC-KEY; only when they are accepted is the tag of TARGET set. If TARGET is SOURCE, the image is signed
where it is.

SOURCE is NAME[:TAG|@DIGEST] in a registry, oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:TAG] (of
Docker 25 or later); TARGET is NAME[:TAG] in a registry or oci:DIR:TAG, and takes the tag of SOURCE if it has none.

Whoever pulls by TARGET's name finds a signature of it with the tag and one without: under cosign's tag ("legacy") and
in a sigstore bundle ("bundle"). Signing again adds nothing. The password of the private key is the one in
COSIGN_PASSWORD, else one asked for on the terminal, else all of standard input.`,
  options: {
    format: { type: "string", value: "FORMAT", help: "legacy, bundle or both (both)" },
    recursive: { type: "boolean", short: "r", help: "sign every image of an index, too" },
    annotations: {
      type: "string",
      short: "a",
      value: "KEY=VALUE",
      multiple: true,
      help: "what else the signatures say",
    },
    "sign-identity": {
      type: "string",
      value: "NAME[:TAG]",
      help: "what the signatures call the image (TARGET; for a layout, SOURCE)",
    },
    policy: { type: "string", value: "FILE", help: "judge by this policy, too" },
    json: {
      type: "boolean",
      help: "print one JSON object: name, digest, tags, referrers, fingerprint, added",
    },
    ...REGISTRY_OPTIONS,
  },
  async run({ values, operands: [source = "", target = "", privateKey = "", publicKey = ""] }) {
    const plan = planSigning(source, target, values["sign-identity"]);
    const wish = {
      formats: formatsOf(values.format ?? "both"),
      annotations: annotationsOf(values.annotations ?? []),
      recursive: values.recursive ?? false,
    };
    const signatureName = signatureRepository(values);
    const transport = await registryTransport(values, note, PATIENT_RETRY);
    const { signal } = new AbortController();

    // A password takes longest to become a key: meanwhile, the image is looked at.
    const [signing, finding] = await Promise.allSettled([
      signerFromFile(privateKey),
      findSource(plan.source, transport, signal),
    ]);
    const signer = settledValue(signing);
    const core = judgingBy(publicKey, await publicKeyFile(signer, publicKey), plan);
    const policy = values.policy === undefined ? null : requiredPolicy(values.policy);
    const found = settledValue(finding);

    const place = await openTarget(plan.target, transport, signal);
    const isThere = found.source.name === place.name && plan.tag === tagOf(plan.source);
    const signatures = signatureName === null ? place : await openTarget(signatureName, transport, signal);
    const { names, judgedName } = namesOf(plan.identity, found.image.root.digest);
    const { signed, verdicts } = await signImage({
      ...found,
      ...wish,
      target: place,
      tag: isThere ? null : plan.tag,
      signatures,
      signer,
      names,
      judgedName,
      core,
      policy,
      signal,
      onProgress: () => {},
    });
    await transport.close();
    denials(verdicts).forEach(note);
    const code = exitCode(verdicts.map(({ verdict }) => verdict));
    if (code !== EXIT.ok) return code;
    const result: SignedResult = {
      name: names.at(-1) ?? "",
      digest: found.image.root.digest,
      tag: plan.tag,
      signed,
      fingerprint: signer.publicKey.fingerprint,
    };
    print(values.json ? signedJson(result) : signedText(result));
    return EXIT.ok;
  },
});

function formatsOf(text: string): ReadonlySet<SignatureFormat> {
  const formats = FORMATS.get(text);
  if (formats === undefined)
    throw new UsageError(`--format: ${JSON.stringify(text)} is none of ${[...FORMATS.keys()].join(", ")}`);
  return new Set(formats);
}

function annotationsOf(given: readonly string[]): Annotations {
  const annotations = new Map<string, string>();
  for (const text of given) {
    const [, key, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined) throw new UsageError(`--annotations: ${JSON.stringify(text)} is not KEY=VALUE`);
    if (annotations.has(key)) throw new UsageError(`--annotations: ${JSON.stringify(key)} is given twice`);
    annotations.set(key, value);
  }
  return annotations;
}

async function findSource(name: ImageName, transport: Transport, signal: AbortSignal) {
  const { place, reference } = await openSource(name, transport, signal);
  return { source: place, image: await findImage(place, reference, signal) };
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

/** What judges by the public key. A key that everybody would refuse is found now, before anything is pushed. */
function judgingBy(path: string, publicKey: Uint8Array, { identity }: SigningPlan): PolicyCore {
  const core = keyPolicy(publicKey, identity.tag !== null);
  const problem = core.summary.keys.map(({ problem }) => problem).find((problem) => problem !== "");
  if (problem !== undefined) throw new UsageError(`${path}: ${problem}`);
  return core;
}

function requiredPolicy(path: string): PolicyState {
  const state = policyState(path);
  if (state.kind !== "loaded") throw new UsageError(`${state.code}: ${state.reason}`);
  return state;
}

/** What the image is signed as, and the name it is judged by. */
function namesOf({ repository, tag }: Identity, digest: string): { names: string[]; judgedName: string } {
  if (tag === null) return { names: [repository], judgedName: `${repository}@${digest}` };
  const tagged = `${repository}:${tag}`;
  return { names: [repository, tagged], judgedName: tagged };
}
