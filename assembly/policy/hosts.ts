// Registries people write policies for, and what they write in place of them.

import { Bytes } from "../bytes/bytes";
import { isNear } from "./near";

const REGISTRIES: StaticArray<string> = [
  "docker.io",
  "ghcr.io",
  "gcr.io",
  "quay.io",
  "nvcr.io",
  "cgr.dev",
  "public.ecr.aws",
  "registry.k8s.io",
  "mcr.microsoft.com",
  "registry.gitlab.com",
  "registry.redhat.io",
  "registry.access.redhat.com",
];

/** Pairs: where a registry can be reached, or is thought to be, and what its images are called. */
const OTHERWISE: StaticArray<string> = [
  "registry-1.docker.io",
  "docker.io",
  "registry.docker.io",
  "docker.io",
  "hub.docker.com",
  "docker.io",
  "registry.hub.docker.com",
  "docker.io",
  "docker.com",
  "docker.io",
  "dockerhub.io",
  "docker.io",
  "github.com",
  "ghcr.io",
  "ghcr.com",
  "ghcr.io",
  "quay.com",
  "quay.io",
  "gitlab.com",
  "registry.gitlab.com",
];

/** The registry that was meant by a host that looks like a mistake; empty if it does not. */
export function hostMeant(host: Bytes): string {
  for (let i = 0; i < OTHERWISE.length; i += 2) if (host.is(OTHERWISE[i])) return OTHERWISE[i + 1];
  for (let i = 0; i < REGISTRIES.length; i++) if (host.is(REGISTRIES[i])) return "";
  for (let i = 0; i < REGISTRIES.length; i++) if (isNear(host, REGISTRIES[i])) return REGISTRIES[i];
  return "";
}

/** Images of Docker Hub that people know by their one word. */
const OFFICIAL: StaticArray<string> = [
  "alpine",
  "busybox",
  "debian",
  "golang",
  "haproxy",
  "hello-world",
  "httpd",
  "mariadb",
  "memcached",
  "mongo",
  "mysql",
  "nginx",
  "node",
  "postgres",
  "python",
  "rabbitmq",
  "redis",
  "registry",
  "traefik",
  "ubuntu",
];

export function isOfficialImage(name: Bytes): bool {
  for (let i = 0; i < OFFICIAL.length; i++) if (name.is(OFFICIAL[i])) return true;
  return false;
}
