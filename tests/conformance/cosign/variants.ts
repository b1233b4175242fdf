// negative-legacy/ and negative-bundle/: one broken thing each, with the verdicts of cosign and skopeo in oracle.tsv;
// and algorithm-oracle.tsv, with the signatures of dumps/alg-*.

import { type Case, isObject, MalformedCase } from "../corpus.js";
import { readDump } from "./dump.js";
import type { CosignFolder } from "./folder.js";
import { joined, onlyImage, referringBundle, type Stored, taggedSignatures } from "./stored.js";

/** The key that all variants are about. */
const KEY = "k3";
const HOST = "127.0.0.1:5077";

/** Verdicts of one tool under one policy. */
interface Column {
  readonly suffix: string;
  readonly signedIdentity: object | undefined;
  /** Where they stand, by the column's head. */
  readonly isOf: (head: string) => boolean;
}

const SKOPEO: readonly Column[] = [
  {
    suffix: " by matchRepository",
    signedIdentity: { type: "matchRepository" },
    isOf: (head) => /skopeo.*matchRepository/.test(head),
  },
  { suffix: " by default", signedIdentity: undefined, isOf: (head) => /skopeo.*default/.test(head) },
];
const COSIGN: readonly Column[] = [
  { suffix: "", signedIdentity: { type: "matchDigest" }, isOf: (head) => head.startsWith("cosign") },
];

export function legacyVariants(folder: CosignFolder): Case[] {
  return variants(folder, "negative-legacy", SKOPEO, (variant, digest) => {
    const payloads = member(variant, "layers", Array.isArray).map((layer: unknown) =>
      isObject(layer) ? bytesOf(layer, "payload") : Buffer.alloc(0),
    );
    return taggedSignatures(digest, bytesOf(variant, "signatureManifest"), payloads);
  });
}

export function bundleVariants(folder: CosignFolder): Case[] {
  return variants(folder, "negative-bundle", COSIGN, (variant, digest) =>
    referringBundle(digest, bytesOf(variant, "referrerManifest"), bytesOf(variant, "bundle")),
  );
}

/** A case for each row and column; rows without a file, and files without a row, are cases that fail. */
function variants(
  folder: CosignFolder,
  name: string,
  columns: readonly Column[],
  signatures: (variant: Record<string, unknown>, digest: string) => Stored,
): Case[] {
  const [head = "", ...rows] = folder.lines(name, "oracle.tsv").map((line) => line.split("\t"));
  const heads = typeof head === "string" ? [] : head;
  const named = new Set(rows.map(([variant]) => `${variant}.json`));
  const orphans = folder.names(name).filter((file) => file.endsWith(".json") && !named.has(file));
  return [
    ...orphans.map((file) => ({ id: file, fault: `${name}/oracle.tsv has no verdict on it` })),
    ...rows.flatMap((row) =>
      columns.map((column) => {
        const id = `${row[0]}${column.suffix}`;
        return orFault(id, () => {
          const variant: unknown = JSON.parse(folder.read(name, `${row[0]}.json`).toString());
          if (!isObject(variant)) throw new MalformedCase("not an object");
          const image = folder.manifest(member(variant, "imageDigest", isText));
          const { repository = `${HOST}/fix/neg-${row[0]}`, tag = "amd64" } = variant;
          const accept = verdictOf(row[heads.findIndex(column.isOf)]);
          return {
            id,
            ...imageCase(folder, `${repository}:${tag}`, KEY, column.signedIdentity),
            digest: image.digest,
            stored: joined(onlyImage(image), signatures(variant, image.digest)),
            accept,
          };
        });
      }),
    ),
  ];
}

/** Rows `NAME KEY.pub cosign=VERDICT skopeo=VERDICT …`, of signatures in dumps/alg-NAME. */
export function algorithms(folder: CosignFolder): Case[] {
  return folder.lines("algorithm-oracle.tsv").map((line) => {
    const [name = "", key = "", , skopeo = ""] = line.split("\t");
    const id = `${name} ${key}`;
    return orFault(id, () => ({
      id,
      ...imageCase(folder, `${HOST}/fix/alg-${name}:amd64`, key.replace(/\.pub$/, ""), {
        type: "matchRepository",
      }),
      digest: folder.tagged("amd64").digest,
      stored: readDump(folder, `alg-${name}`),
      accept: verdictOf(skopeo.replace("skopeo=", "")),
    }));
  });
}

/** The name of an image and a policy that asks for one key. */
export function imageCase(
  folder: CosignFolder,
  imageReference: string,
  key: string,
  signedIdentity: object | undefined,
) {
  const requirement = {
    type: "sigstoreSigned",
    keyPath: folder.keyPath(key),
    ...(signedIdentity === undefined ? {} : { signedIdentity }),
  };
  return { transport: "docker", imageReference, policy: { default: [requirement] } };
}

/** The case, or one that fails with the reason for which there is none. */
export function orFault(id: string, make: () => Case): Case {
  try {
    return make();
  } catch (error) {
    return { id, fault: (error as Error).message };
  }
}

export function verdictOf(text = ""): boolean {
  if (text.startsWith("ACCEPT")) return true;
  if (text.startsWith("REJECT")) return false;
  throw new MalformedCase(`"${text}" is no verdict`);
}

const isText = (value: unknown): value is string => typeof value === "string";

function member<T>(variant: Record<string, unknown>, name: string, is: (value: unknown) => value is T): T {
  const value = variant[name];
  if (!is(value)) throw new MalformedCase(`"${name}" is missing, or of a wrong type`);
  return value;
}

function bytesOf(variant: Record<string, unknown>, name: string): Buffer {
  return Buffer.from(member(variant, name, isText), "base64");
}
