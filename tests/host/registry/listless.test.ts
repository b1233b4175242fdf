import assert from "node:assert/strict";
import { test } from "node:test";
import { makeImage, pushImage } from "../../support/image.js";
import type { SeenRequest } from "../../support/registry/registry.js";
import { clientFor, registryFor, want } from "./setup.js";

const image = makeImage();
const FALLBACK = image.digest.replace(":", "-");
const isList = ({ path }: SeenRequest) => path.includes("/referrers/");

test("a registry without a list of referrers is asked for the fallback tag at the same time from then on", async (t) => {
  let hasList = false;
  let asked = () => {};
  let other: Promise<void> | null = null;
  const registry = await registryFor(t, {
    // The list is not answered before the tag has been asked for.
    hold: async (request) => {
      if (!isList(request)) asked();
      else await other;
    },
    onRequest: (request) =>
      hasList && isList(request)
        ? {
            headers: { "content-type": "application/vnd.oci.image.index.v1+json" },
            body: '{"schemaVersion":2,"manifests":[]}',
          }
        : undefined,
  });
  pushImage(registry, "a", image, FALLBACK);
  const client = clientFor(t);
  const at = { registry: registry.host, repository: "a", reference: image.digest };
  const together = () => {
    other = new Promise((resolve) => {
      asked = resolve;
    });
  };

  const found = await client.referrers(at, want());
  assert.deepEqual(
    found?.map(({ digest }) => digest),
    [image.digest],
  );
  together();
  assert.deepEqual(await client.referrers(at, want()), found);

  // It has been given one since.
  hasList = true;
  together();
  const listed = await client.referrers(at, want());
  assert.equal(Buffer.from(listed?.[0]?.bytes ?? []).toString(), '{"schemaVersion":2,"manifests":[]}');
  other = null;
  const before = registry.requests.length;
  await client.referrers(at, want());
  assert.deepEqual(registry.requests.slice(before).map(isList), [true]);
});

test("a fallback tag that cannot be had does not matter where there is a list", async (t) => {
  let hasList = false;
  const registry = await registryFor(t, {
    onRequest: (request) => {
      if (!hasList) return undefined;
      if (!isList(request)) return { status: 403 };
      return { headers: { "content-type": "application/vnd.oci.image.index.v1+json" }, body: "{}" };
    },
  });
  const client = clientFor(t);
  const at = { registry: registry.host, repository: "a", reference: image.digest };
  assert.equal(await client.referrers(at, want()), null);
  hasList = true;
  assert.equal((await client.referrers(at, want()))?.length, 1);
});
