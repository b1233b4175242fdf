import { readFileSync } from "node:fs";

/**
 * The compiled module at `entry` and those it imports, as one script that runs both as CommonJS and as an ES module:
 * what stands in bin_dir has no extension, and whether a package.json above it says "module" is not ours to decide.
 * The script leaves `modules`, from a module's file name to its exports.
 *
 * Only what the plugin's own sources use is understood, anything else throws: named imports from `node:` and from
 * the same folder, `export` before a declaration.
 */
export function bundle(entry: URL): string {
  const parts = new Map<string, string>();
  add(entry, parts);
  return ["const modules = {};", ...parts.values()].join("\n");
}

/** Depth first, so that what a module imports stands before it. */
function add(module: URL, parts: Map<string, string>): void {
  const name = fileName(module);
  const exported: string[] = [];

  const lines = readFileSync(module, "utf8")
    .split("\n")
    .map((line) => {
      const [, names, source] = /^import \{ ([\w, ]+) \} from "((?:node:|\.\/)[^"]+)";$/.exec(line) ?? [];
      if (names !== undefined && source !== undefined) {
        if (source.startsWith("node:")) return `const { ${names} } = process.getBuiltinModule("${source}");`;
        const imported = new URL(source, module);
        if (!parts.has(fileName(imported))) add(imported, parts);
        return `const { ${names} } = modules["${fileName(imported)}"];`;
      }
      const [, declared] = /^export (?:const|class|function|async function) (\w+)/.exec(line) ?? [];
      if (declared !== undefined) {
        exported.push(declared);
        return line.slice("export ".length);
      }
      if (/^(?:import|export)\b/.test(line)) throw new Error(`${name} cannot be bundled: ${line}`);
      return line;
    });

  parts.set(
    name,
    `modules["${name}"] = (() => {\n${lines.join("\n")}return { ${exported.join(", ")} };\n})();`,
  );
}

function fileName(module: URL): string {
  return module.pathname.slice(module.pathname.lastIndexOf("/") + 1);
}
