// Third-party code in a bundle, with its licences.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The packages that files of a bundle come from, by their names, each with its licence's text.
 * `inputs`: the files, from the root. Throws for a package that says nothing.
 */
export async function licenseTexts(inputs) {
  const byFolder = new Map();
  for (const file of inputs) {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
    if (folder !== undefined) byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  const sections = [...byFolder].map(async ([folder, files]) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const text = (await licenseFile(folder)) ?? (await headings(files));
    if (text === "") throw new Error(`${name} has no licence to show`);
    return `${name} ${version}, ${license}\n\n${text}\n`;
  });
  return (await Promise.all(sections)).sort().join(`\n${"-".repeat(78)}\n\n`);
}

async function licenseFile(folder) {
  const name = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
  return name === undefined ? null : (await readFile(join(folder, name), "utf8")).trim();
}

/** The comments that files begin with, each once: where the terms stand if nowhere else. */
async function headings(files) {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const found = texts.map((text) => /^(?:"use strict";\n)?((?:\/\/.*\n)+)/.exec(text)?.[1]?.trim() ?? "");
  return [...new Set(found.filter((text) => /copyright/i.test(text)))].sort().join("\n\n");
}
