// Policies of the oracle, composed for an image: scopes that cover it and scopes that nearly do, keys of those who
// signed it and of others.
import fc from "fast-check";
import { type BuiltImage, identityOf, OTHER_DIGEST } from "./image.js";
import { KEY_FILES, type KeyFileName } from "./keys.js";
import { type Authorities, EMAIL, HOST_NAME, ISSUER, LOGS, ROOTS } from "./proofs.js";
import { oneOf } from "./weights.js";

const SCOPES = [
  "reference",
  "repository",
  "folder",
  "host",
  "wildcard",
  "top wildcard",
  "transport",
  "other tag",
  "sibling",
  "half a name",
  "host without port",
  "wildcard and host",
  "HOST",
  "as typed",
] as const;
const KEYS = ["the first signer's", "the last signer's", ...KEY_FILES] as const;
const SOURCES = ["keyPath", "keyPaths", "keyData", "keyDatas"] as const;
const IDENTITIES = [
  "unsaid",
  "matchExact",
  "matchRepoDigestOrExact",
  "matchRepository",
  "exactReference as signed",
  "exactReference as asked for",
  "exactReference by digest",
  "exactRepository as signed",
  "exactRepository of the image",
  "remapped host",
  "remapped repository",
  "remapped half a name",
] as const;
const KINDS = [
  "as proven",
  "keys",
  "fulcio",
  "pki",
  "anything",
  "reject",
  "signedBy",
  "signedBaseLayer",
] as const;
const PEOPLE = [EMAIL, "bob@example.com", "Alice@example.com"] as const;
const HOST_NAMES = ["", HOST_NAME, "BUILD.example.com", "other.example.com"] as const;
const ISSUERS = [ISSUER, `${ISSUER}/`] as const;
const DAMAGES = [
  "nothing",
  "an unknown member",
  "an empty list",
  "two key sources",
  "no key source",
  "keyPaths of none",
  "an unknown type",
  "a member twice",
  "no default",
  "data after it",
  "an identity with too much",
  "a prefix that is none",
] as const;

interface RequirementRecipe {
  readonly kind: (typeof KINDS)[number];
  readonly keys: readonly (typeof KEYS)[number][];
  readonly source: (typeof SOURCES)[number];
  readonly identity: (typeof IDENTITIES)[number];
  /** For keys "no log"; certificates of fulcio are never without. */
  readonly log: (typeof LOGS)[number] | "no log";
  readonly roots: (typeof ROOTS)[number];
  readonly intermediates: boolean;
  readonly email: (typeof PEOPLE)[number] | "";
  readonly hostName: (typeof HOST_NAMES)[number];
  readonly issuer: (typeof ISSUERS)[number];
}

export interface PolicyRecipe {
  readonly default: readonly RequirementRecipe[];
  readonly scopes: readonly {
    readonly at: (typeof SCOPES)[number];
    readonly list: readonly RequirementRecipe[];
  }[];
  readonly damage: (typeof DAMAGES)[number];
}

const requirement: fc.Arbitrary<RequirementRecipe> = fc.record({
  kind: oneOf(KINDS, 30, 8, 2, 2, 3, 1, 0.5, 0.5),
  keys: fc.array(oneOf(KEYS, 40, 20, 2, 2, 1, 1, 2, 1, 2, 0.3, 0.3, 0.3, 2, 1, 0.3, 0.3, 0.3), {
    minLength: 1,
    maxLength: 3,
  }),
  source: fc.constantFrom(...SOURCES),
  identity: oneOf(IDENTITIES, 6, 4, 4, 24, 4, 1, 1, 8, 2, 3, 3, 1),
  log: oneOf(["no log", ...LOGS], 20, 8, 0.5, 1),
  roots: oneOf(ROOTS, 10, 1, 2, 1),
  intermediates: fc.boolean(),
  email: oneOf(["", ...PEOPLE], 2, 12, 1, 1),
  hostName: oneOf(HOST_NAMES, 8, 6, 1, 0.5),
  issuer: oneOf(ISSUERS, 10, 1),
});
const list = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(requirement) },
  { weight: 1, arbitrary: fc.array(requirement, { minLength: 2, maxLength: 3 }) },
);
const scope = fc.record({ at: oneOf(SCOPES, 4, 6, 4, 4, 3, 1, 3, 1, 1, 1, 1, 1, 1, 1), list });

export const policyRecipe: fc.Arbitrary<PolicyRecipe> = fc.record({
  default: list,
  scopes: fc.array(scope, { maxLength: 3 }),
  damage: oneOf(DAMAGES, 200, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
});

/** What a policy is written for. */
export interface PolicyContext {
  readonly image: BuiltImage;
  /** The canonical reference that is asked for. */
  readonly reference: string;
  /** A key's file, and what is in it; null for one that is not there. */
  key(name: KeyFileName): { readonly path: string; readonly pem: string | null };
  readonly authorities: Authorities;
}

/** The policy's text. */
export function writePolicy(recipe: PolicyRecipe, context: PolicyContext): string {
  const write = (requirements: readonly RequirementRecipe[]) =>
    requirements.map((each) => writeRequirement(each, context));
  const docker = Object.fromEntries(
    recipe.scopes.map(({ at, list }) => [writeScope(at, context), write(list)]),
  );
  return damaged(recipe.damage, { default: write(recipe.default), transports: { docker } });
}

type Document = { default?: object[]; transports: { docker: Record<string, object[]> } };

function damaged(damage: PolicyRecipe["damage"], policy: Document): string {
  const withRequirement = (more: object) =>
    JSON.stringify({ ...policy, transports: { ...policy.transports, atomic: { "": [more] } } });
  const signed = { type: "sigstoreSigned", keyPath: "/key" };
  switch (damage) {
    case "nothing":
      return JSON.stringify(policy);
    case "an unknown member":
      return withRequirement({ ...signed, keypath: "/key" });
    case "an empty list":
      return JSON.stringify({ ...policy, transports: { ...policy.transports, dir: { "": [] } } });
    case "two key sources":
      return withRequirement({ ...signed, keyPaths: ["/key"] });
    case "no key source":
      return withRequirement({ type: "sigstoreSigned" });
    case "keyPaths of none":
      return withRequirement({ type: "sigstoreSigned", keyPaths: [] });
    case "an unknown type":
      return withRequirement({ type: "signed" });
    case "a member twice":
      return JSON.stringify(policy).replace("{", '{"default":[{"type":"reject"}],');
    case "no default":
      return JSON.stringify({ transports: policy.transports });
    case "data after it":
      return `${JSON.stringify(policy)}{}`;
    case "an identity with too much":
      return withRequirement({ ...signed, signedIdentity: { type: "matchExact", prefix: "a.example" } });
    case "a prefix that is none": {
      const signedIdentity = { type: "remapIdentity", prefix: "a.example/x:1", signedPrefix: "b.example" };
      return withRequirement({ ...signed, signedIdentity });
    }
  }
}

function writeScope(scope: (typeof SCOPES)[number], { image, reference }: PolicyContext): string {
  const { name } = image;
  const host = name.slice(0, name.indexOf("/"));
  const domain = host.replace(/:.*/, "");
  switch (scope) {
    case "reference":
      return reference;
    case "repository":
      return name;
    case "folder":
      return name.slice(0, name.lastIndexOf("/"));
    case "host":
      return host;
    case "wildcard":
      return domain.includes(".") ? domain.replace(/^[^.]*/, "*") : `*.${domain}`;
    case "top wildcard":
      return `*.${domain.split(".").at(-1)}`;
    case "transport":
      return "";
    case "other tag":
      return `${name}:other`;
    case "sibling":
      return `${name}x`;
    case "half a name":
      return name.slice(0, -1);
    case "host without port":
      return domain;
    case "wildcard and host":
      return `*.${domain}`;
    case "HOST":
      return host.toUpperCase();
    case "as typed":
      return name.replace(/^docker\.io\/(library\/)?/, "");
  }
}

function writeRequirement(recipe: RequirementRecipe, context: PolicyContext): object {
  const signedIdentity = writeIdentity(recipe.identity, context);
  const identity = signedIdentity && { signedIdentity };
  switch (kindOf(recipe, context.image)) {
    case "anything":
      return { type: "insecureAcceptAnything" };
    case "reject":
      return { type: "reject" };
    case "signedBy":
      return { type: "signedBy", keyType: "GPGKeys", keyData: "bm8ga2V5cmluZw==" };
    case "signedBaseLayer":
      return { type: "signedBaseLayer", baseLayerIdentity: { type: "matchRepository" } };
    case "keys":
      return {
        type: "sigstoreSigned",
        ...writeKeys(recipe, context),
        ...(isLogged(recipe, context.image) ? writeLog(recipe, context) : {}),
        ...identity,
      };
    case "fulcio":
      return { type: "sigstoreSigned", ...writeFulcio(recipe, context), ...identity };
    case "pki":
      return { type: "sigstoreSigned", pki: writePki(recipe, context), ...identity };
  }
}

/** What the image's first signature comes with, where that is what is asked for. */
function kindOf({ kind, intermediates }: RequirementRecipe, { recipe }: BuiltImage) {
  if (kind !== "as proven") return kind;
  if (!recipe.signatures[0]?.proof.startsWith("certified")) return "keys";
  return intermediates ? "pki" : "fulcio";
}

/** Whether a log is asked for, where the policy trusts one. */
function isLogged({ kind }: RequirementRecipe, { recipe }: BuiltImage): boolean {
  return kind !== "as proven" || recipe.signatures[0]?.proof !== "by itself";
}

const base64 = (pem: string | null | undefined) => Buffer.from(pem ?? "").toString("base64");

function writeKeys({ keys, source }: RequirementRecipe, context: PolicyContext): object {
  const named = keys.map((key) => context.key(keyFile(key, context.image)));
  const sources = {
    keyPath: named[0]?.path,
    keyPaths: named.map(({ path }) => path),
    keyData: base64(named[0]?.pem),
    keyDatas: named.map(({ pem }) => base64(pem)),
  };
  return { [source]: sources[source] };
}

function writeLog({ log }: Pick<RequirementRecipe, "log">, { authorities }: PolicyContext): object {
  if (log === "no log") return {};
  const keys = authorities.logs(log).map(base64);
  return keys.length === 1 ? { rekorPublicKeyData: keys[0] } : { rekorPublicKeyDatas: keys };
}

function writeFulcio({ log, roots, email, issuer }: RequirementRecipe, context: PolicyContext): object {
  const caData = base64(context.authorities.roots(roots));
  const fulcio = { caData, oidcIssuer: issuer, subjectEmail: email || EMAIL };
  return { fulcio, ...writeLog({ log: log === "no log" ? "the log" : log }, context) };
}

function writePki(recipe: RequirementRecipe, { authorities }: PolicyContext): object {
  const { roots, intermediates, email, hostName } = recipe;
  return {
    caRootsData: base64(authorities.roots(roots)),
    ...(intermediates ? { caIntermediatesData: base64(authorities.intermediate) } : {}),
    ...(email || hostName === "" ? { subjectEmail: email || EMAIL } : {}),
    ...(hostName === "" ? {} : { subjectHostname: hostName }),
  };
}

function keyFile(key: (typeof KEYS)[number], { recipe }: BuiltImage): KeyFileName {
  if (key === "the first signer's") return recipe.signatures[0]?.by ?? "P-256";
  if (key === "the last signer's") return recipe.signatures.at(-1)?.by ?? "P-256";
  return key;
}

function writeIdentity(
  kind: (typeof IDENTITIES)[number],
  { image, reference }: PolicyContext,
): object | undefined {
  const signed = identityOf(image.recipe.signatures[0]?.identity ?? "repository", image);
  const { name, tag } = image;
  const remapped = (prefix: string) => {
    const signedPrefix = signed.slice(0, signed.length - (`${name}:${tag}`.length - prefix.length));
    return {
      type: "remapIdentity",
      prefix,
      signedPrefix: isPrefix(signedPrefix) ? signedPrefix : "vendor.example",
    };
  };
  switch (kind) {
    case "unsaid":
      return undefined;
    case "exactReference as signed": {
      const isReference = /:[^/]*$|@/.test(signed) && signed.toLowerCase() === signed;
      return { type: "exactReference", dockerReference: isReference ? signed : `${name}:${tag}` };
    }
    case "exactReference as asked for":
      return { type: "exactReference", dockerReference: reference };
    case "exactReference by digest":
      return { type: "exactReference", dockerReference: `${name}@${OTHER_DIGEST}` };
    case "exactRepository as signed":
      return { type: "exactRepository", dockerRepository: signed.toLowerCase() || name };
    case "exactRepository of the image":
      return { type: "exactRepository", dockerRepository: name };
    case "remapped host":
      return remapped(name.slice(0, name.indexOf("/")));
    case "remapped repository":
      return { type: "remapIdentity", prefix: name, signedPrefix: `vendor.example/${folderOf(image)}/app` };
    case "remapped half a name":
      return { type: "remapIdentity", prefix: name.slice(0, -1), signedPrefix: "vendor.example/app" };
    default:
      return { type: kind };
  }
}

function folderOf({ recipe }: BuiltImage): string {
  return recipe.folders.join("/") || "apps";
}

function isPrefix(text: string): boolean {
  return /^[a-z0-9.-]+\.[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+)*$/.test(text);
}

/** For people, as a policy reads: scopes with what they require, then the default. */
export function describePolicy({ scopes, default: fallback, damage }: PolicyRecipe): string {
  const lists = [
    ...scopes.map(({ at, list }) => `${at}: ${describe(list)}`),
    `default: ${describe(fallback)}`,
  ];
  return `${damage === "nothing" ? "" : `damaged by ${damage}; `}${lists.join("; ")}`;
}

function describe(list: readonly RequirementRecipe[]): string {
  return list
    .map(({ kind, keys, source, identity, log, roots, intermediates, email, hostName, issuer }) => {
      const logs = log === "no log" ? "" : ` in ${log}`;
      switch (kind) {
        case "as proven":
          return `as proven, ${email || EMAIL} ${hostName} of ${issuer}, says ${roots},${logs} (${identity})`;
        case "keys":
          return `by ${(source.endsWith("s") ? keys : keys.slice(0, 1)).join(" or ")}${logs} (${identity})`;
        case "fulcio":
          return `by ${email || EMAIL} of ${issuer}, says ${roots},${logs || " in the log"} (${identity})`;
        case "pki": {
          const names = [email, hostName].filter((name) => name !== "").join(" and ") || EMAIL;
          return `by ${names}, says ${roots}${intermediates ? " through the intermediate" : ""} (${identity})`;
        }
        default:
          return kind;
      }
    })
    .join(" and ");
}
