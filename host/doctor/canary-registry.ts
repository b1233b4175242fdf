import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { digestOf } from "../oci/digest.js";
import { OCI_CONFIG, OCI_MANIFEST } from "../oci/media-types.js";

interface Content {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** A registry on loopback with one image, which has no layers and does nothing, under a name nobody else can know. */
export class CanaryRegistry {
  readonly #server: Server;
  readonly #repository = `countersign-doctor/${randomBytes(16).toString("hex")}`;
  readonly #content: ReadonlyMap<string, Content>;

  private constructor() {
    this.#content = image(this.#repository);
    this.#server = createServer(({ method, url = "" }, response) => {
      const path = url.replace(/\?.*/s, "");
      if (path === "/v2/") return void response.writeHead(200).end();
      answer(response, method ?? "", this.#content.get(path));
    });
  }

  static async start(): Promise<CanaryRegistry> {
    const registry = new CanaryRegistry();
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    return registry;
  }

  get name(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `127.0.0.1:${port}/${this.#repository}:canary`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

/** By the paths it is asked for at. */
function image(repository: string): ReadonlyMap<string, Content> {
  const config = json({
    created: new Date(0).toISOString(),
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: { Labels: { canary: repository } },
    rootfs: { type: "layers", diff_ids: [] },
  });
  const descriptor = { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length };
  const manifest = json({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptor, layers: [] });
  const base = `/v2/${repository}`;
  const served: Content = { bytes: manifest, mediaType: OCI_MANIFEST };
  return new Map([
    [`${base}/manifests/canary`, served],
    [`${base}/manifests/${digestOf(manifest)}`, served],
    [`${base}/blobs/${descriptor.digest}`, { bytes: config, mediaType: "application/octet-stream" }],
  ]);
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function answer(response: ServerResponse, method: string, content: Content | undefined): void {
  if (content === undefined) return void response.writeHead(404, { "content-length": 0 }).end();
  response.writeHead(200, {
    "content-type": content.mediaType,
    "content-length": content.bytes.length,
    "docker-content-digest": digestOf(content.bytes),
  });
  response.end(method === "HEAD" ? undefined : content.bytes);
}
