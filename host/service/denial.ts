import type { Image, Judgement } from "#component/types";
import type { DenyingCode } from "../core/core.js";
import type { ImageFault } from "../oci/image-error.js";
import { reasonLine } from "./one-line.js";

/** The codes with which the host itself denies. It may refuse; there is no way for it to accept. */
export type HostCode = Extract<
  DenyingCode,
  | "no-policy"
  | "policy-invalid"
  | "busy"
  | "core-fault"
  | "registry-timeout"
  | "budget-exhausted"
  | "request-malformed"
  | "measurement-failed"
  | ImageFault
>;

/** A judgement the host gives by itself. */
export type Denial = Judgement & { readonly ok: false; readonly code: HostCode };

/** What the host knows of an image it denies: `name` as asked; empty for what is unknown. */
export type Denied = Pick<Image, "name" | "digest"> & { readonly policyDigest: string };

export function deny(code: HostCode, reason: string, { name, digest, policyDigest }: Denied): Denial {
  return {
    ok: false,
    code,
    reason: reasonLine(reason),
    name,
    digest,
    transport: "",
    scope: "",
    requirement: 0,
    items: [],
    policyDigest,
  };
}
