// What cosign said of the dumps (verify-matrix.txt), and skopeo of them under the policies (skopeo-policy-oracle.txt).

import { type Case, MalformedCase } from "../corpus.js";
import { readDump } from "./dump.js";
import type { CosignFolder } from "./folder.js";
import { joined, onlyImage } from "./stored.js";
import { imageCase, orFault, verdictOf } from "./variants.js";

const HOST = "127.0.0.1:5077/fix";

/** Lines `[EXIT STATUS] WORDS :: OUTPUT`; of the words one is a dump, others a key, a platform, versions or options. */
export function cosignVerdicts(folder: CosignFolder): Case[] {
  return folder.lines("verify-matrix.txt").map((line) => {
    const [, status, words] = /^\[(\d+)\] (.*?) ::/.exec(line) ?? [];
    return orFault(words ?? line, () => {
      if (words === undefined) throw new MalformedCase("not a line of the matrix");
      return cosignVerdict(folder, words, status === "0");
    });
  });
}

function cosignVerdict(folder: CosignFolder, words: string, accept: boolean): Case {
  // Whichever of the two hashes it is, we try both.
  const said = words.replace(/ --signature-digest-algorithm \S+/, "").replace(/\brec-/, "recursive-");
  const all = said.split(" ").filter((word) => !/^\d+\.\d+/.test(word));
  const dump = all.find((word) => folder.has("dumps", word));
  if (dump === undefined) return { id: words, options: all, accept };
  const [tag = "amd64"] = all.flatMap((word) => ({ multi: "multi", arm: "arm64" })[word] ?? []);
  const key = all.find((word) => word !== dump && folder.hasKey(word));
  const own = [dump, dump.replace(/^kb?-/, "i-")].find((name) => folder.hasKey(name));
  const image = folder.tagged(tag);
  return {
    id: words,
    ...imageCase(folder, `${HOST}/${dump}:${tag}`, key ?? own ?? "k3", { type: "matchDigest" }),
    options: all.filter((word) => ![dump, key, "multi", "arm"].includes(word)),
    digest: image.digest,
    stored: joined(readDump(folder, dump), onlyImage(image)),
    accept,
  };
}

/** Lines `POLICY | REPOSITORY:TAG OPTIONS | VERDICT`. */
export function skopeoVerdicts(folder: CosignFolder): Case[] {
  return folder.lines("skopeo-policy-oracle.txt").map((line) => {
    const [policy = "", image = "", verdict = ""] = line.split("|").map((part) => part.trim());
    const id = `${policy} ${image}`;
    return orFault(id, () => skopeoVerdict(folder, id, { policy, image, verdict }));
  });
}

function skopeoVerdict(
  folder: CosignFolder,
  id: string,
  { policy, image, verdict }: { policy: string; image: string; verdict: string },
): Case {
  const [, dump = "", tag, digest] = /^([^:@ ]+)(?::(\S+)|@(\S+))/.exec(image) ?? [];
  const named = digest === undefined ? folder.tagged(tag ?? "") : folder.manifest(digest);
  const keys = folder.keyPath("k3").replace(/\/[^/]*$/, "");
  const text = folder.read("policies", `${policy}.json`).toString().replaceAll("@KEYS@", keys);
  return {
    id,
    transport: "docker",
    imageReference: `${HOST}/${image.split(" ")[0]}`,
    policy: JSON.parse(text),
    policyText: text,
    policyLoads: !verdict.includes("Error loading trust policy"),
    digest: named.digest,
    stored: joined(readDump(folder, dump), onlyImage(named)),
    accept: verdictOf(verdict),
  };
}
