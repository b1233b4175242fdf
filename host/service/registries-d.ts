import { readdirSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument } from "yaml";

import { FileRefused, readBoundedFile } from "./bounded-file.js";

/** A folder of containers-registries.d(5) that cannot be used: `message` is one line that says where and why. */
export class RegistriesDInvalid extends Error {
  override readonly name = "RegistriesDInvalid";
}

const MAX_FILES = 256;
const MAX_FILE_BYTES = 1024 * 1024;
const OPTION = "use-sigstore-attachments";
const WHOLE = "default-docker";
/** What Go's yaml.v3 takes for a bool besides YAML 1.2's own. */
const YES = new Set(["y", "Y", "yes", "on"]);
const NO = new Set(["n", "N", "no", "off"]);

/** A section that sets the option. */
interface Setting {
  readonly isOn: boolean;
  readonly file: string;
}

/**
 * `use-sigstore-attachments` of containers-registries.d(5), as containers/image reads it (docker/registries_d.go): every
 * *.yaml of the folder, each scope in one of them only. Other options are not looked at: there are no lookaside servers here.
 */
export class RegistriesD {
  readonly #folder: string;
  readonly #files = new Map<string, string>();
  readonly #settings = new Map<string, Setting>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws `RegistriesDInvalid`, also for a folder that is not there: somebody has named it. */
  static read(folder: string): RegistriesD {
    const read = new RegistriesD(folder);
    for (const file of filesIn(folder)) read.add(file, textOf(file));
    return read;
  }

  /** The settings in these texts, by file name. Throws `RegistriesDInvalid`. */
  static of(folder: string, files: Readonly<Record<string, string>>): RegistriesD {
    const read = new RegistriesD(folder);
    for (const [file, text] of Object.entries(files)) read.add(file, text);
    return read;
  }

  /**
   * Why signatures beside an image are not looked for, or null if they are. `scopes`: its name and what is above it, the
   * most specific first; the first that sets the option counts, then `default-docker`.
   */
  whyNot(scopes: readonly string[]): string | null {
    for (const scope of scopes) {
      const setting = this.#settings.get(scopeKey(scope));
      if (setting !== undefined)
        return setting.isOn ? null : `${OPTION} is off for ${scope} in ${setting.file}`;
    }
    const whole = this.#settings.get(WHOLE);
    if (whole === undefined) return `${OPTION} is set for no scope of it in ${this.#folder}`;
    return whole.isOn ? null : `${OPTION} is off in ${WHOLE} of ${whole.file}`;
  }

  private add(file: string, text: string): void {
    const document = mapping(parseYaml(text, file), `${file}: the document`);
    const whole = document.get(WHOLE);
    if (whole !== undefined && whole !== null) this.#section(WHOLE, whole, file, WHOLE);
    for (const [scope, section] of mapping(document.get("docker"), `${file}: docker`)) {
      this.#section(scopeKey(String(scope)), section, file, String(scope));
    }
  }

  #section(key: string, value: unknown, file: string, name: string): void {
    const other = this.#files.get(key);
    if (other !== undefined) throw new RegistriesDInvalid(`${file}: ${name} is in ${other} already`);
    this.#files.set(key, file);
    const isOn = optionOf(mapping(value, `${file}: ${name}`).get(OPTION), `${file}: ${OPTION} of ${name}`);
    if (isOn !== null) this.#settings.set(key, { isOn, file });
  }
}

/** A scope may have the same name as the section for all of them. */
function scopeKey(scope: string): string {
  return `docker ${scope}`;
}

function filesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  } catch (error) {
    throw new RegistriesDInvalid(`${folder} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (names.length > MAX_FILES) throw new RegistriesDInvalid(`${folder} has more than ${MAX_FILES} files`);
  return names.toSorted().map((name) => join(folder, name));
}

function textOf(file: string): string {
  try {
    return Buffer.from(readBoundedFile(file, MAX_FILE_BYTES)).toString("utf8");
  } catch (error) {
    if (error instanceof FileRefused) throw new RegistriesDInvalid(error.message);
    throw error;
  }
}

/** Maps for mappings, so that no name in them means anything. The parser's own message may quote what it reads: it is left out. */
function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    uniqueKeys: true,
    logLevel: "error",
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new RegistriesDInvalid(`${file}:${line}:${col}: not YAML (${error.code})`);
  }
  try {
    return document.toJS({ mapAsMap: true, maxAliasCount: 100 });
  } catch {
    throw new RegistriesDInvalid(`${file}: its aliases cannot be resolved`);
  }
}

/** A mapping; an empty one if it is missing. */
function mapping(value: unknown, what: string): ReadonlyMap<unknown, unknown> {
  if (value === undefined || value === null) return new Map();
  if (value instanceof Map) return value;
  throw new RegistriesDInvalid(`${what} is not a mapping`);
}

function optionOf(value: unknown, what: string): boolean | null {
  if (value === undefined || value === null) return null;
  if (value === true || YES.has(String(value))) return true;
  if (value === false || NO.has(String(value))) return false;
  throw new RegistriesDInvalid(`${what} is not true or false`);
}
