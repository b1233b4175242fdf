// What goes wrong with our requests once containerd has resolved an image: each is data, and one line of it a pull.
import { gzipSync } from "node:zlib";

import type { Code } from "#component/types";
import type { Asked, Proper } from "../../support/peers/faulty-registry.js";
import type { Fault } from "../../support/registry/fault.js";
import { ACCEPTED, type Outcome, refused } from "../outcome.js";

/** Hosts, with port: the registry that was asked, and another one. */
export interface Hosts {
  readonly own: string;
  readonly foreign: string;
}

export interface FaultLine {
  readonly fault: string;
  /** In place of the proper answer; null: from then on connections are refused. */
  readonly serve?: (proper: Proper, hosts: Hosts) => Fault | null;
  /** The registry's challenge; for a password unless told. */
  readonly challenge?: (hosts: Hosts) => string;
  /** By the request that goes wrong, what becomes of the pull. */
  readonly on: Partial<Readonly<Record<Asked, Outcome>>>;
}

const BEGINNINGS: Readonly<Record<Asked, string>> = {
  manifest: "could not ask for the manifest: ",
  signature: "could not ask for signatures: ",
  referrers: "could not ask for signatures: ",
  payload: "could not ask for signatures: ",
};
const EVERY = Object.keys(BEGINNINGS) as Asked[];
const BY_DIGEST: readonly Asked[] = ["manifest", "payload"];
const MANIFESTS: readonly Asked[] = ["manifest", "signature"];
/** A challenge comes with whatever is asked first. */
const FIRST: readonly Asked[] = ["manifest"];

/** The same of every request, or of these. */
function everywhere(code: Code, detail: string, requests: readonly Asked[] = EVERY): FaultLine["on"] {
  const line = (asked: Asked) => refused(code, new RegExp(`^${code}: ${BEGINNINGS[asked]}.*${detail}`));
  return Object.fromEntries(requests.map((asked) => [asked, line(asked)]));
}

/** What registries write for whoever looks after them. */
export const DIAGNOSTIC = "text that nobody should repeat";

/** What a client would have to inflate to 64 MiB. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const UNAVAILABLE = "registry-unavailable";
const PROTOCOL = "registry-protocol";
const UNSIGNED = refused("no-signature", /^no-signature: no signature found in /);

/** Each takes until the deadline. */
export const WAITS: readonly FaultLine[] = [
  {
    fault: "no answer",
    serve: () => ({ manner: "silence" }),
    on: everywhere("registry-timeout", "no answer in time"),
  },
  {
    fault: "half an answer, then nothing",
    serve: (proper) => ({ ...proper, manner: "stall" }),
    on: everywhere("registry-timeout", "no answer in time", BY_DIGEST),
  },
  {
    fault: "a byte every half second",
    serve: (proper) => ({ ...proper, manner: "drip" }),
    on: everywhere("registry-timeout", "no answer in time", ["signature"]),
  },
];

export const FAULTS: readonly FaultLine[] = [
  // Connections and lengths.
  {
    fault: "connections refused from then on",
    serve: () => null,
    on: everywhere(UNAVAILABLE, "connection refused", BY_DIGEST),
  },
  {
    fault: "reset before the answer",
    serve: () => ({ manner: "reset" }),
    on: everywhere(UNAVAILABLE, "connection broken off"),
  },
  {
    fault: "reset in the middle",
    serve: (proper) => ({ ...proper, manner: "reset-in-body" }),
    on: everywhere(UNAVAILABLE, "connection broken off"),
  },
  {
    fault: "something that is not http",
    serve: () => ({ manner: "garbage" }),
    on: everywhere(PROTOCOL, "the answer is not valid http"),
  },
  {
    fault: "a body without an end",
    serve: ({ headers }) => ({ headers, manner: "endless" }),
    on: everywhere("evidence-too-large", "larger than \\d+ bytes"),
  },
  {
    fault: "a length of a terabyte",
    serve: announcing("1099511627776"),
    on: everywhere("evidence-too-large", "larger than \\d+ bytes"),
  },
  {
    fault: "shorter than announced",
    serve: (proper) => ({ ...proper, manner: "short" }),
    on: everywhere(UNAVAILABLE, "connection broken off"),
  },
  {
    fault: "longer than announced",
    serve: announcing("2"),
    on: everywhere(PROTOCOL, "do not have the digest asked for", BY_DIGEST),
  },
  {
    fault: "a length that is no number",
    serve: announcing("many"),
    on: everywhere(PROTOCOL, "the answer is not valid http"),
  },
  // Content.
  {
    fault: "other bytes than those of the digest",
    serve: (proper) => ({ ...proper, body: Buffer.concat([proper.body.subarray(0, -1), Buffer.from(" ")]) }),
    on: everywhere(PROTOCOL, "do not have the digest asked for", BY_DIGEST),
  },
  {
    fault: "a gzip bomb",
    serve: ({ headers }) => ({ headers: { ...headers, "content-encoding": "gzip" }, body: BOMB }),
    on: everywhere(PROTOCOL, "the answer is compressed"),
  },
  {
    fault: "a page of html",
    serve: ofType("text/html"),
    // A registry that answers like that about referrers has no list of them; what it has is under a tag.
    on: { ...everywhere(PROTOCOL, "content type is not", MANIFESTS), referrers: UNSIGNED },
  },
  {
    fault: "a blob where a manifest should be",
    serve: ofType("application/octet-stream"),
    on: { signature: refused("signature-malformed", /the signature tag does not point to an OCI/) },
  },
  // Statuses.
  { fault: "400", serve: answering(400), on: everywhere(PROTOCOL, "registry answered 400", MANIFESTS) },
  {
    fault: "401",
    serve: answering(401),
    on: everywhere("registry-unauthorized", "registry answered 401 DENIED"),
  },
  {
    fault: "403",
    serve: answering(403),
    on: everywhere("registry-unauthorized", "registry answered 403 DENIED"),
  },
  {
    fault: "404",
    serve: answering(404),
    on: {
      manifest: refused("manifest-missing", /^manifest-missing: /),
      signature: UNSIGNED,
      referrers: UNSIGNED,
      payload: refused("signature-malformed", /the registry does not have /),
    },
  },
  {
    fault: "429, to be tried again in a minute",
    serve: answering(429, { "retry-after": "60" }),
    on: everywhere("registry-rate-limited", "registry answered 429 DENIED"),
  },
  {
    fault: "429 again and again",
    serve: answering(429, { "retry-after": "0" }),
    on: everywhere("registry-rate-limited", "registry answered 429 DENIED"),
  },
  ...[500, 502, 503, 504].map((status) => ({
    fault: `${status}`,
    serve: answering(status),
    on: everywhere(UNAVAILABLE, `registry answered ${status} DENIED`),
  })),
  // Redirects.
  {
    fault: "a redirect to itself",
    serve: ({ path }) => sentTo(path),
    on: everywhere(PROTOCOL, "more than 5 redirects"),
  },
  {
    fault: "a redirect to nowhere",
    serve: () => ({ status: 302 }),
    on: everywhere(PROTOCOL, "a redirect leads nowhere"),
  },
  {
    fault: "a redirect to another host, which has something else",
    serve: ({ path }, { foreign }) => sentTo(`http://${foreign}${path.replace("signed", "elsewhere")}`),
    on: {
      manifest: refused("manifest-missing", /^manifest-missing: /),
      signature: UNSIGNED,
      payload: refused("signature-malformed", /the registry does not have /),
    },
  },
  {
    fault: "a redirect to a private host",
    serve: () => sentTo("https://10.0.0.1/"),
    on: everywhere(PROTOCOL, "refused to be sent to a private address"),
  },
  {
    fault: "a redirect to a private host by http",
    serve: () => sentTo("http://192.168.0.1/"),
    on: everywhere(PROTOCOL, "leads to a host that is not to be asked over http", BY_DIGEST),
  },
  {
    fault: "a redirect to the cloud's metadata",
    serve: () => sentTo("https://169.254.169.254/latest/meta-data/"),
    on: everywhere(PROTOCOL, "refused to be sent to a link-local address"),
  },
  {
    fault: "a redirect that carries a password",
    serve: ({ path }, { foreign }) => sentTo(`http://a:b@${foreign}${path}`),
    on: everywhere(PROTOCOL, "a redirect carries a user name", BY_DIGEST),
  },
  {
    fault: "a redirect to a file",
    serve: () => sentTo("file:///etc/passwd"),
    on: everywhere(PROTOCOL, "a redirect leads to something that is not http", BY_DIGEST),
  },
  // Token services.
  {
    fault: "tokens from another host",
    challenge: ({ foreign }) => bearer(`http://${foreign}/token`),
    on: everywhere(
      "registry-unauthorized",
      "registry answered 401; credentials are not sent to its token service",
      FIRST,
    ),
  },
  {
    fault: "tokens from a private host",
    challenge: () => bearer("https://10.0.0.1/token"),
    on: everywhere(PROTOCOL, "refused to be sent to a private address", FIRST),
  },
  {
    fault: "tokens from the cloud's metadata",
    challenge: () => bearer("http://169.254.169.254/token"),
    on: everywhere(PROTOCOL, "the token realm is not https", FIRST),
  },
  {
    fault: "tokens from a realm with a password in it",
    challenge: ({ foreign }) => bearer(`http://a:b@${foreign}/token`),
    on: everywhere(PROTOCOL, "the token realm carries a user name", FIRST),
  },
  {
    fault: "tokens from nowhere",
    challenge: () => bearer("nowhere"),
    on: everywhere(PROTOCOL, "the token realm is not a url", FIRST),
  },
  {
    fault: "a challenge that is malformed",
    challenge: () => 'Bearer realm="',
    on: everywhere(PROTOCOL, "the registry's challenge is malformed", FIRST),
  },
  {
    fault: "a challenge of a kind that nobody knows",
    challenge: () => "Riddle",
    on: everywhere("registry-unauthorized", "registry answered 401", FIRST),
  },
  // What looks like a fault and is none: the bytes have the digest that containerd resolved.
  {
    fault: "a redirect to another host, which has it",
    serve: ({ path }, { foreign }) => sentTo(`http://${foreign}${path}`),
    on: { manifest: ACCEPTED, signature: ACCEPTED, payload: ACCEPTED },
  },
  {
    fault: "another manifest's media type",
    serve: ofType("application/vnd.docker.distribution.manifest.v2+json"),
    on: { manifest: ACCEPTED },
  },
];

function answering(status: number, headers: Record<string, string> = {}): () => Fault {
  const body = JSON.stringify({ errors: [{ code: "DENIED", message: DIAGNOSTIC }] });
  return () => ({ status, headers: { "content-type": "application/json", ...headers }, body });
}

function announcing(length: string): (proper: Proper) => Fault {
  return (proper) => withHeader(proper, "content-length", length);
}

function ofType(mediaType: string): (proper: Proper) => Fault {
  return (proper) => withHeader(proper, "content-type", mediaType);
}

function withHeader(proper: Proper, name: string, value: string): Fault {
  return { ...proper, headers: { ...proper.headers, [name]: value } };
}

function sentTo(location: string): Fault {
  return { status: 307, headers: { location } };
}

function bearer(realm: string): string {
  return `Bearer realm="${realm}",service="a registry"`;
}
