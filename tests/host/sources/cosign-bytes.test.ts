import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sharedPath } from "../../support/shared.js";
import { generateKey, type LegacySignature, sigManifest, signLegacy } from "../../support/sign.js";

/**
 * What the tests push must be what cosign would have pushed. The dumps were made by cosign 3.1.1, see the README
 * beside them; only these three have its default form (no certificate, no creation time).
 */
const DUMPS = sharedPath("vectors/cosign/dumps");

if (DUMPS === null) test("what the tests push, beside cosign's", { skip: "no shared vectors" }, () => {});
for (const name of DUMPS === null ? [] : ["append", "annot", "legacy3"]) {
  const folder = join(DUMPS ?? "", name);
  const files = readdirSync(folder).sort();
  const read = (part: string) =>
    readFileSync(join(folder, files.find((file) => file.includes(`.sig.${part}`)) ?? part));

  test(`the signature manifest of ${name} is cosign's, byte for byte`, () => {
    const manifest = JSON.parse(read("manifest").toString());
    const layers: LegacySignature[] = manifest.layers.map(
      ({ annotations }: { annotations: Record<string, string> }, i: number) => ({
        payload: read(`layer${i}`),
        signature: annotations["dev.cosignproject.cosign/signature"],
      }),
    );
    const made = sigManifest(layers);
    assert.equal(Buffer.from(made.config).toString(), read("config").toString());
    assert.equal(Buffer.from(made.bytes).toString(), read("manifest").toString());
  });

  test(`the payload of ${name} is cosign's, byte for byte`, () => {
    const { critical, optional } = JSON.parse(read("layer0").toString());
    const made = signLegacy({
      privateKey: generateKey().privateKey,
      dockerReference: critical.identity["docker-reference"],
      manifestDigest: critical.image["docker-manifest-digest"],
      ...(optional === null ? {} : { optional }),
    });
    assert.equal(Buffer.from(made.payload).toString(), read("layer0").toString());
  });
}
