import { parse } from "smol-toml";

/** The verifier section of containerd's configuration; the rest is not ours to change. */
export function verifierConfiguration(binDir: string): string {
  return `version = 3

[plugins.'io.containerd.image-verifier.v1.bindir']
  bin_dir = '${binDir}'
  max_verifiers = 10
  per_verifier_timeout = '10s'
`;
}

/** A configuration that we do not know how to extend. */
export class NotMergeable extends Error {
  override readonly name = "NotMergeable";
}

/**
 * containerd's configuration with `file` among its imports, everything else as it is; null if it is there already. Throws
 * `NotMergeable` for one that is not valid, or of a version before 3, whose tables have other names.
 */
export function withImport(configuration: string, file: string): string | null {
  const document = parsed(configuration);
  if (document["version"] !== 3)
    throw new NotMergeable("it is not of version 3: see containerd config migrate");
  const imports = document["imports"];
  if (imports === undefined) return insertImports(configuration, [file]);
  if (!Array.isArray(imports) || !imports.every((one) => typeof one === "string")) {
    throw new NotMergeable("its imports are not a list of files");
  }
  if (imports.includes(file)) return null;
  const list = /^[ \t]*imports[ \t]*=[ \t]*\[[^\]]*\][ \t]*(#.*)?\n/m;
  const replaced = insertImports(configuration.replace(list, ""), [...imports, file]);
  return checked(replaced, [...imports, file]);
}

function insertImports(configuration: string, files: readonly string[]): string {
  const line = `imports = [${files.map((file) => JSON.stringify(file)).join(", ")}]\n`;
  const version = /^[ \t]*version[ \t]*=.*\n?/m;
  return checked(
    configuration.replace(version, (found) => `${found.endsWith("\n") ? found : `${found}\n`}${line}`),
    files,
  );
}

/** Checks that the edited text means what was intended. */
function checked(configuration: string, files: readonly string[]): string {
  const { imports } = parsed(configuration);
  if (JSON.stringify(imports) === JSON.stringify(files)) return configuration;
  throw new NotMergeable("it is written in a way that is not understood");
}

function parsed(configuration: string): Record<string, unknown> {
  try {
    return parse(configuration) as Record<string, unknown>;
  } catch {
    throw new NotMergeable("it is not valid toml");
  }
}
