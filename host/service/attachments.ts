import type { Evidence, Explanation, Image, Request } from "#component/types";
import { NameRefused } from "../core/core.js";
import type { EvidencePlace } from "../sources/source.js";
import type { LoadedCore } from "./policy-file.js";
import { RegistriesD, RegistriesDInvalid } from "./registries-d.js";

/** Why signatures beside an image are not looked for: a code of its own for each. */
export interface Disabled {
  readonly code: "attachments-disabled" | "registries-d-invalid";
  /** One line. */
  readonly detail: string;
}

/**
 * Whether signatures beside images may be looked for, by a folder of registries.d. It says nothing about what is trusted:
 * without it all are looked for, and with it fewer.
 */
export class Attachments {
  readonly #folder: string;

  /** Throws `RegistriesDInvalid` for a folder that cannot be used now. */
  constructor(folder: string) {
    RegistriesD.read(folder);
    this.#folder = folder;
  }

  /**
   * `place`, without the image's signatures that are not to be looked for. The folder is read when the first of them is
   * asked for.
   */
  gate(place: EvidencePlace, core: Pick<LoadedCore, "explain">, image: Image): EvidencePlace {
    let asked: { readonly disabled: Disabled | null } | undefined;
    const disabled = (): Disabled | null => {
      asked ??= { disabled: this.#whyNot(core, image) };
      return asked.disabled;
    };
    return gated(place, disabled);
  }

  #whyNot(core: Pick<LoadedCore, "explain">, image: Image): Disabled | null {
    try {
      const scopes = attachmentScopes(core.explain(image));
      const why = RegistriesD.read(this.#folder).whyNot(scopes);
      return why === null ? null : { code: "attachments-disabled", detail: why };
    } catch (error) {
      // The core never asks for signatures of a name it cannot read.
      if (!(error instanceof RegistriesDInvalid) && !(error instanceof NameRefused)) throw error;
      return { code: "registries-d-invalid", detail: error.message };
    }
  }
}

/**
 * The scopes by which registries.d is searched: those that containers/image knows for a policy, without the transport's
 * own.
 */
export function attachmentScopes({ candidates }: Pick<Explanation, "candidates">): string[] {
  return candidates
    .filter(({ transport, scope, extension }) => transport !== "" && scope !== "" && !extension)
    .map(({ scope }) => scope);
}

function gated(place: EvidencePlace, disabled: () => Disabled | null): EvidencePlace {
  return {
    async fetch(request, signal) {
      const why = isForSignatures(request) ? disabled() : null;
      return why === null ? place.fetch(request, signal) : [unavailable(request, why)];
    },
    beyond() {
      const next = place.beyond?.() ?? null;
      return next === null ? null : gated(next, disabled);
    },
  };
}

/** Everything else is asked for only because of an answer to one of these. */
function isForSignatures({ kind }: Request): boolean {
  return kind === "cosign-tag" || kind === "referrers";
}

function unavailable({ kind, reference }: Request, { code, detail }: Disabled): Evidence {
  return { tag: "unavailable", val: { kind, reference, code, detail } };
}
