// Archives with their headers changed at random: GNU tar either refuses what we read, or reads exactly the same.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Archive } from "../../../host/layout/archive.js";
import { ImageError } from "../../../host/oci/image-error.js";
import { collect } from "../registry/push-setup.js";
import { folderFor, patience } from "./setup.js";
import { encodeEntry, paxRecords, type TarEntry } from "./tar.js";

const ARCHIVES = 400;
const isGnu = /GNU tar/.test(spawnSync("tar", ["--version"], { encoding: "utf8" }).stdout ?? "");
const skip = isGnu ? false : "tar is not GNU's";

const FILES: readonly TarEntry[] = ["oci-layout", "index.json", "blobs/sha256/aa", "blobs/sha256/bb"].map(
  (path) => ({ path, content: `content of ${path}\n` }),
);
/** Offset and width of a header's fields. */
const FIELDS = [
  [0, 100],
  [100, 8],
  [124, 12],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
  [500, 12],
] as const;
const BYTES = [...Buffer.from("\0\0 ./017583gxLKSV\\\n"), 0x80, 0xff];
const EXTENSIONS: readonly [string, string][] = [
  ["path", "index.json"],
  ["path", "./index.json"],
  ["path", "other"],
  ["size", "7"],
  ["size", "600"],
  ["linkpath", "index.json"],
  ["GNU.sparse.name", "index.json"],
  ["hdrcharset", "BINARY"],
];

test("an archive that we read is read alike by GNU tar, or not at all", { skip }, async (t) => {
  const folder = await folderFor(t);
  const random = randomFrom(20_261_125);
  let read = 0;
  let alike = 0;
  for (let i = 0; i < ARCHIVES; i++) {
    const bytes = mutated(random);
    const path = join(folder, "archive.tar");
    await writeFile(path, bytes);
    const ours = await contentOf(path);
    if (ours === null) continue;
    read++;
    const theirs = await extracted(path, join(folder, "extracted"));
    if (theirs === null) continue;
    assert.deepEqual(theirs, ours, `archive ${i}`);
    alike++;
  }
  assert.ok(read > 20 && alike > 20 && read < ARCHIVES, `${alike} of ${read}`);
});

function mutated(random: (below: number) => number): Buffer {
  const one = <T>(list: readonly T[]) => list[random(list.length)] as T;
  const entries = FILES.map(encodeEntry);
  for (let change = 0; change <= random(3); change++) {
    const at = random(entries.length);
    const entry = Buffer.from(entries[at] as Buffer);
    switch (random(5)) {
      case 0:
      case 1: {
        const [offset, width] = one(FIELDS);
        for (let k = 0; k <= random(3); k++) entry[offset + random(width)] = one(BYTES);
        entries[at] = withChecksum(entry);
        break;
      }
      case 2: {
        const content = paxRecords([one(EXTENSIONS)]);
        entries.splice(at, 0, encodeEntry({ path: "x", type: "x", content }));
        break;
      }
      case 3: {
        const content = one(["index.json\0", "other\0", "./index.json"]);
        entries.splice(at, 0, encodeEntry({ path: "././@LongLink", type: one(["L", "K"]), content }));
        break;
      }
      case 4: {
        const path = one(["index.json", "x/", "./", "blobs/"]);
        entries.splice(
          at,
          0,
          encodeEntry({ path, type: one(["0", "5", "2", "\0"]), content: one(["", "{}"]) }),
        );
      }
    }
  }
  return Buffer.concat([...entries, Buffer.alloc(1_024)]);
}

function withChecksum(entry: Buffer): Buffer {
  entry.write("        ", 148);
  const sum = entry.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  entry.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return entry;
}

/** The files of an archive as we read it; null if it is refused. */
async function contentOf(path: string): Promise<Record<string, string> | null> {
  try {
    const archive = await Archive.open(path, patience());
    const files: Record<string, string> = {};
    for (const name of archive.paths)
      files[name] = (await collect(archive.stream(name, patience()))).toString();
    await archive.close();
    return files;
  } catch (error) {
    if (error instanceof ImageError) return null;
    throw error;
  }
}

/** The same as GNU tar reads it. */
async function extracted(path: string, folder: string): Promise<Record<string, string> | null> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  if (spawnSync("tar", ["-xf", path, "-C", folder, "--no-same-owner", "--no-same-permissions"]).status !== 0)
    return null;
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    if (!entry.isDirectory())
      files[full.slice(folder.length + 1)] = entry.isFile() ? await readFile(full, "utf8") : "?";
  }
  return files;
}

/** Numbers that look random, and are the same in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}
