import { readdirSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./sources.js";

/** What people read, by path from the checkout's root. */
export const DOCUMENTS: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
