import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { IMAGE_MANIFESTS } from "../../../host/oci/media-types.js";
import { RegistryClient, type Want } from "../../../host/registry/client.js";
import type { Clock } from "../../../host/registry/clock.js";
import {
  anonymous,
  type CredentialSource,
  type Credentials,
} from "../../../host/registry/credentials/source.js";
import { RegistryError } from "../../../host/registry/error.js";
import type { RegistryOptions } from "../../../host/registry/transport.js";
import {
  startRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from "../../support/registry/registry.js";

export const SECRETS = {
  username: "user-7f3a",
  password: "password-c0ffee-9d",
  identityToken: "identity-5eed-41",
};

/** A registry and a client that live as long as the test. */
export async function registryFor(t: TestContext, options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startRegistry(options);
  t.after(() => registry.close());
  return registry;
}

export function clientFor(t: TestContext, options: Partial<RegistryOptions> = {}): RegistryClient {
  const client = new RegistryClient({
    plainHttp: [],
    credentials: anonymous,
    clock: stoppedClock(),
    ...options,
  });
  t.after(() => client.close());
  return client;
}

/** A clock that moves by what it is asked to wait, at once; `pauses` lists those. */
export function stoppedClock(): Clock & { pauses: number[]; advance(ms: number): void } {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    wait: async (ms) => {
      pauses.push(ms);
      now += ms;
    },
  };
}

export function want(options: Partial<Want> = {}): Want {
  return { accept: IMAGE_MANIFESTS, maxBytes: 64 * 1024, signal: AbortSignal.timeout(20_000), ...options };
}

/** The same credentials for one registry, and for no other. */
export function credentialsFor(host: string, credentials: Credentials): CredentialSource {
  return { lookup: async (registry) => (registry === host ? credentials : null) };
}

/** The `RegistryError` a promise is rejected with; nothing in it may be a secret or a registry's words. */
export async function failureOf(promise: Promise<unknown>): Promise<RegistryError> {
  const error = await promise.then(
    (value) => assert.fail(`resolved with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RegistryError, `not a RegistryError: ${error}`);
  const everything = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
  for (const secret of [...Object.values(SECRETS), basicOf(SECRETS), "nobody should repeat"]) {
    assert.ok(!everything.includes(secret), "a secret or foreign text is in the error");
  }
  assert.match(error.detail, /^[^\n]{1,200}[^.\n]$/);
  return error;
}

function basicOf({ username, password }: { username: string; password: string }): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}
