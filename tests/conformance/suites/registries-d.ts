import { NameRefused } from "../../../host/core/core.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { attachmentScopes } from "../../../host/service/attachments.js";
import { RegistriesD } from "../../../host/service/registries-d.js";
import { type Case, operation, text, textOrNull, unknownOperation } from "../corpus.js";
import { descriptor } from "../image.js";
import { THROW_AWAY_POLICY } from "../signer.js";
import type { Subject } from "../subject.js";
import { type Observation, refused, type Suite } from "../suite.js";

/**
 * Where signatures are looked for: the tag the core asks for, given the image's digest; and whether they are, by the
 * `config` of --registries-d.
 */
export const registriesD: Suite = {
  name: "registries-d",
  observe(test, subject) {
    if (operation(test) === "useSigstoreAttachments") return useSigstoreAttachments(test, subject);
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

function useSigstoreAttachments(test: Case, subject: Subject): Observation {
  const upstream = test["expected"];
  const explanation = subject.explain({ name: text(test, "imageReference") });
  if (explanation instanceof NameRefused) return refused(upstream, explanation);
  // JSON is YAML.
  const settings = RegistriesD.of("registries.d", { "config.yaml": JSON.stringify(test["config"]) });
  return { upstream, ours: settings.whyNot(attachmentScopes(explanation)) === null };
}
