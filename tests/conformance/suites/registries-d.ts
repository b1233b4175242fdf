import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { operation, text, textOrNull, unknownOperation } from "../corpus.js";
import { descriptor } from "../image.js";
import { THROW_AWAY_POLICY } from "../signer.js";
import type { Suite } from "../suite.js";

/** Where signatures are looked for: the tag the core asks for, given the image's digest. */
export const registriesD: Suite = {
  name: "registries-d",
  observe(test, subject) {
    if (operation(test) !== "attachmentTag") throw unknownOperation(test);
    const upstream = { tag: textOrNull(test, "expected") };
    const outcome = subject.core(THROW_AWAY_POLICY).plan({
      transport: "docker",
      name: "example.com/app:1",
      mode: "user",
      digest: "",
      descriptor: descriptor(OCI_MANIFEST, text(test, "digest"), 2),
    });
    if (outcome.tag === "decided")
      return { upstream, ours: { tag: null }, code: outcome.val.code, reason: outcome.val.reason };
    const request = outcome.val.find(({ kind }) => kind === "cosign-tag");
    return { upstream, ours: { tag: request?.reference ?? null } };
  },
};
