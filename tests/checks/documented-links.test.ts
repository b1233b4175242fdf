// Links between documents, and from them into the sources, lead somewhere.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

import { DOCUMENTS } from "./documents.js";
import { ROOT, readText } from "./sources.js";

/** As GitHub makes anchors of headings. */
function anchorsIn(document: string): string[] {
  const headings = [...readText(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replace(/\s/g, "-"),
  );
}

describe("documents link to what is there", () => {
  for (const document of DOCUMENTS) {
    test(document, () => {
      for (const [, link = ""] of readText(document).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? document : join(dirname(document), path);
        assert.ok(existsSync(join(ROOT, target)), link);
        if (anchor !== undefined) assert.ok(anchorsIn(target).includes(anchor), link);
      }
    });
  }
});
