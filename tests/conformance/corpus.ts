// The case files: JSON documents of one suite each (../shared/conformance/README.md, "Common shape").

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** One case as its file has it. What a member must be depends on suite and operation: read it with the functions below. */
export type Case = Readonly<Record<string, unknown>> & { readonly id: string };

/** A suite's file. `fault` says why a file is no suite; it has no cases then. */
export interface SuiteFile {
  name: string;
  cases: Case[];
  fault?: string;
}

/** Every `*.json` directly in `directory`, by name. Throws when the directory cannot be read. */
export function readCorpus(directory: string): SuiteFile[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readSuite(join(directory, name)));
}

function readSuite(path: string): SuiteFile {
  const name = basename(path, ".json");
  try {
    const document: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (!isObject(document)) throw new Error("the document is not an object");
    if (typeof document["suite"] !== "string") throw new Error('"suite" is not a string');
    if (!Array.isArray(document["cases"])) throw new Error('"cases" is not an array');
    const cases = document["cases"].map((value: unknown, index): Case => {
      if (!isObject(value) || typeof value["id"] !== "string") throw new Error(`cases[${index}] has no "id"`);
      return value as Case;
    });
    return { name: document["suite"], cases };
  } catch (error) {
    return { name, cases: [], fault: `${path}: ${(error as Error).message}` };
  }
}

/** A case whose members are not what its operation needs. */
export class MalformedCase extends Error {
  override readonly name = "MalformedCase";
}

export function text(test: Case, member: string): string {
  const value = test[member];
  if (typeof value !== "string") throw new MalformedCase(`"${member}" is not a string`);
  return value;
}

export function textOrNull(test: Case, member: string): string | null {
  return test[member] === null ? null : text(test, member);
}

export function flag(test: Case, member: string): boolean {
  const value = test[member];
  if (typeof value !== "boolean") throw new MalformedCase(`"${member}" is not a boolean`);
  return value;
}

export function object(test: Case, member: string): Record<string, unknown> {
  const value = test[member];
  if (!isObject(value)) throw new MalformedCase(`"${member}" is not an object`);
  return value;
}

export function list(test: Case, member: string): unknown[] {
  const value = test[member];
  if (!Array.isArray(value)) throw new MalformedCase(`"${member}" is not an array`);
  return value;
}

/** The operation of a case; empty in suites that have only one. */
export function operation(test: Case): string {
  return test["op"] === undefined ? "" : text(test, "op");
}

export function unknownOperation(test: Case): MalformedCase {
  return new MalformedCase(`unknown operation "${operation(test)}"`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
