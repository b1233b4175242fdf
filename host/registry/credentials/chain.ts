import { ContainersAuth, containersAuthPaths } from "./containers-auth.js";
import { DockerConfig, dockerConfigPath } from "./docker-config.js";
import { KubeletConfig } from "./kubelet/kubelet-config.js";
import { CredentialError, type CredentialSource, type Credentials, type Report } from "./source.js";

/** In kubelet's usual root directory; kubelet reads it too. */
const KUBELET_CONFIG = "/var/lib/kubelet/config.json";

/** A source with the name it is reported under. */
export interface NamedSource {
  readonly name: string;
  readonly source: CredentialSource;
}

/**
 * Sources in the order they are asked; the first with an answer counts. Which one answered, and which could not
 * be read, is reported once each: a broken file of another program must not stop an image that needs no login.
 */
export class CredentialChain implements CredentialSource {
  readonly #sources: readonly NamedSource[];
  readonly #report: Report;

  constructor(sources: readonly NamedSource[], report: Report) {
    this.#sources = sources;
    this.#report = report;
  }

  async lookup(registry: string, repository: string): Promise<Credentials | null> {
    for (const { name, source } of this.#sources) {
      let credentials: Credentials | null;
      try {
        credentials = await source.lookup(registry, repository);
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        this.#report(error.message);
        continue;
      }
      if (credentials !== null) {
        this.#report(`credentials for ${registry} come from ${name}`);
        return credentials;
      }
    }
    return null;
  }
}

/**
 * The credentials of this machine: those the operator named, then kubelet's config.json, then containers' auth.json
 * files, then Docker's config.json, as podman and skopeo look.
 */
export function machineCredentials(
  named: readonly NamedSource[],
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): CredentialSource {
  const once = oncePerLine(report);
  const sources = [...named, { name: KUBELET_CONFIG, source: new KubeletConfig(KUBELET_CONFIG) }];
  for (const path of containersAuthPaths(env)) sources.push({ name: path, source: new ContainersAuth(path) });
  const docker = dockerConfigPath(env);
  sources.push({ name: docker, source: new DockerConfig(docker) });
  return new CredentialChain(sources, once);
}

const MAX_LINES = 1_000;

/** Passes each line on the first time only. */
function oncePerLine(report: Report): Report {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line) || said.size >= MAX_LINES) return;
    said.add(line);
    report(line);
  };
}
