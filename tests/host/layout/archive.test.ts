import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { truncate } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Archive } from "../../../host/layout/archive.js";
import { ImageError } from "../../../host/oci/image-error.js";
import { collect } from "../registry/push-setup.js";
import { archiveFor, folderFor, patience } from "./setup.js";
import { encodeEntry, makeTar, paxRecords, type TarEntry } from "./tar.js";

const long = `blobs/${"x".repeat(120)}`;

const readable: [string, TarEntry[], Record<string, string>][] = [
  [
    "files and folders",
    [
      { path: "a/", type: "5" },
      { path: "a/b", content: "B" },
    ],
    { "a/b": "B" },
  ],
  [
    "a leading ./",
    [
      { path: "./", type: "5" },
      { path: "./a", content: "A" },
    ],
    { a: "A" },
  ],
  ["the prefix of ustar", [{ path: "b", prefix: "a", content: "B" }], { "a/b": "B" }],
  ["the old type flag of files", [{ path: "a", type: "\0", content: "A" }], { a: "A" }],
  [
    "a size in base 256",
    [
      { path: "a", content: "A", binarySize: true },
      { path: "b", content: "B" },
    ],
    { a: "A", b: "B" },
  ],
  [
    "a long name of pax",
    [
      {
        path: "PaxHeaders/a",
        type: "x",
        content: paxRecords([
          ["path", long],
          ["mtime", "1.5"],
        ]),
      },
      { path: "short", content: "A" },
    ],
    { [long]: "A" },
  ],
  [
    "a size of pax",
    [
      { path: "PaxHeaders/a", type: "x", content: paxRecords([["size", "3"]]) },
      { path: "a", content: "AAA" },
      { path: "b", content: "B" },
    ],
    { a: "AAA", b: "B" },
  ],
  [
    "a long name of GNU tar",
    [
      { path: "././@LongLink", type: "L", content: `${long}\0` },
      { path: "short", content: "A" },
    ],
    { [long]: "A" },
  ],
];
for (const [name, entries, files] of readable) {
  test(`an archive is read with ${name}`, async (t) => {
    const archive = await Archive.open(await archiveFor(t, entries), patience());
    assert.deepEqual(archive.paths, Object.keys(files));
    for (const [path, content] of Object.entries(files)) {
      assert.equal(await archive.size(path), content.length);
      assert.equal((await collect(archive.stream(path, patience()))).toString(), content);
    }
    assert.equal(await archive.size("nothing"), null);
    await archive.close();
  });
}

test("the names in an archive's folder are those of the files right in it", async (t) => {
  const paths = ["a/b", "a/c", "a/d/e", "ab/c", "b", "xa/b"];
  const files = paths.map((path) => ({ path, content: "A" }));
  const archive = await Archive.open(await archiveFor(t, files), patience());
  assert.deepEqual(await archive.names("a"), ["b", "c"]);
  assert.deepEqual(await archive.names("c"), []);
  await archive.close();
});

const refusedPaths = [
  "/etc/passwd",
  "../a",
  "a/../b",
  "a/..",
  "a//b",
  "a/./b",
  "/",
  "",
  "a\\b",
  "a\nb",
  ".//a",
];
for (const path of refusedPaths) {
  test(`archive-path-unsafe: an archive with the path ${JSON.stringify(path)} is refused`, async (t) => {
    await refused(t, makeTar([{ path, content: "A" }]), "archive-path-unsafe", /^the archive has the path "/);
  });
}

const a: TarEntry = { path: "a", content: "A" };
const pax = (...records: [string, string][]): TarEntry => ({
  path: "PaxHeaders/a",
  type: "x",
  content: paxRecords(records),
});
/** An archive whose header has that format and, at `at`, that byte. */
function withMagic(magic: string, at = 0, byte = 0x61): Buffer {
  const entry = encodeEntry(a);
  entry.write(magic, 257, "latin1");
  entry[at] = byte;
  return resummed(entry);
}

/** An archive whose header has a number there that is larger than any. */
function withHugeNumber(at: number, width: number): Buffer {
  return resummed(encodeEntry(a).fill(0xff, at, at + width));
}

function resummed(entry: Buffer): Buffer {
  entry.write("        ", 148);
  const sum = entry.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  entry.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([entry, Buffer.alloc(1_024)]);
}

/** By the code that a judgement is denied with. */
const refusedArchives: Record<string, [string, Uint8Array, RegExp][]> = {
  "archive-path-duplicate": [
    ["a path twice", makeTar([a, a]), /has the path "a" twice$/],
    ["a path twice, written in two ways", makeTar([a, { ...a, path: "./a" }]), /has the path "a" twice$/],
    ["a file and a folder of one path", makeTar([a, { path: "a/", type: "5" }]), /has the path "a" twice$/],
    [
      "a path twice by an extended header",
      makeTar([a, pax(["path", "a"]), { ...a, path: "b" }]),
      /"a" twice$/,
    ],
  ],
  "archive-link": [
    [
      "a hard link",
      makeTar([{ path: "a", type: "1" }]),
      /has a link or device: "a"; save it as oci-archive$/,
    ],
    [
      "a symbolic link",
      makeTar([{ path: "a", type: "2" }]),
      /has a link or device: "a"; save it as oci-archive$/,
    ],
    ["a device", makeTar([{ path: "a", type: "3" }]), /has a link or device: "a"; save it as oci-archive$/],
    [
      "a file of the reserved type",
      makeTar([{ path: "a", type: "7" }]),
      /has a link or device: "a"; save it as oci-archive$/,
    ],
    [
      "a long link of GNU tar",
      makeTar([{ path: "a", type: "K" }]),
      /has a link or device: "a"; save it as oci-archive$/,
    ],
    ["a header for all entries", makeTar([{ path: "g", type: "g" }]), /has a link or device: "g"; save/],
  ],
  "archive-path-unsafe": [
    ["a climbing path in an extended header", makeTar([pax(["path", "../a"]), a]), /has the path "..\/a"$/],
    ["an empty path in an extended header", makeTar([pax(["path", ""]), a]), /has the path ""$/],
  ],
  "archive-invalid": [
    ["a size that no file has", withHugeNumber(124, 12), /a size is out of range$/],
    ["a time that there never is", withHugeNumber(136, 12), /a size is out of range$/],
    ["a sparse file", makeTar([pax(["GNU.sparse.major", "1"]), a]), /has a sparse file$/],
    [
      "a folder with content",
      makeTar([{ path: "a/", type: "5", content: "A" }]),
      /folder with content: "a"$/,
    ],
    ["a file that is called a folder", makeTar([{ ...a, path: "a/" }]), /folder with content: "a"$/],
    [
      "a member of an extended header twice",
      makeTar([pax(["path", "a"], ["path", "b"]), a]),
      /is malformed$/,
    ],
    ["an extended header that is none", makeTar([{ ...pax(), content: "99 path=a\n" }, a]), /is malformed$/],
    ["two extended headers", makeTar([pax(["path", "b"]), pax(["path", "c"]), a]), /two extended headers/],
    ["an extended header at its end", makeTar([pax(["path", "b"])]), /is cut off$/],
    [
      "a huge extended header",
      makeTar([{ ...pax(), content: Buffer.alloc(65_537) }, a]),
      /huge extended header$/,
    ],
    [
      "a long name for what its own name says is a folder",
      makeTar([
        { path: "x", type: "L", content: "a\0" },
        { path: "b/", type: "\0" },
      ]),
      /extended header for an entry of the oldest kind$/,
    ],
    ...["0x3", "3 ", "+3", "3e0", "", "0".repeat(16)].map((size): [string, Uint8Array, RegExp] => [
      `a size of pax that is written ${JSON.stringify(size)}`,
      makeTar([pax(["size", size]), { path: "a", content: "AAA" }]),
      /extended header is malformed$/,
    ]),
    [
      "a size of pax that is not the header's",
      makeTar([pax(["size", "1024"]), { path: "a", content: makeTar([a]).subarray(0, 1_024), size: 0 }]),
      /has an entry with two sizes$/,
    ],
    ["a wrong checksum", makeTar([a]).fill(0x42, 0, 1), /a header's checksum is wrong$/],
    ["a size beyond its end", makeTar([{ ...a, size: 1_000_000 }]), /is cut off$/],
    ["no end", encodeEntry(a), /is cut off$/],
    ["a header of no known format", withMagic("ustar\0 \0"), /a header is of no known format$/],
    [
      "more in a header than GNU's format has",
      withMagic("ustar  \0", 345),
      /a header has more than its format$/,
    ],
    ["more in a header than the oldest format has", withMagic("\0".repeat(8), 300), /more than its format$/],
    ["more in a header than POSIX's format has", withMagic("ustar\x0000", 508), /more than its format$/],
    ["an owner that is no number", withMagic("ustar\x0000", 110), /a number is not octal$/],
    ["a name that is not utf-8", withMagic("ustar\x0000", 1, 0xff), /a text in it is not utf-8$/],
    ["half an entry", encodeEntry({ ...a, content: Buffer.alloc(600) }).subarray(0, 1_100), /is cut off$/],
    ["half a header", makeTar([a]).subarray(0, 100), /is cut off$/],
    ["nothing in it", new Uint8Array(), /is cut off$/],
    ["something after its end", Buffer.concat([makeTar([a]), encodeEntry(a)]), /continues after its end$/],
    [
      "compression",
      gzipSync(makeTar([{ ...a, content: randomBytes(2_000) }])),
      /is compressed: unpack it with gunzip first$/,
    ],
  ],
};
for (const [code, archives] of Object.entries(refusedArchives)) {
  for (const [name, bytes, message] of archives) {
    test(`${code}: an archive with ${name} is refused`, (t) => refused(t, bytes, code, message));
  }
}

test("an archive with more entries than anybody needs is refused", async (t) => {
  const entries = Array.from({ length: 20_001 }, (_, i) => ({ path: `f${i}`, content: "" }));
  await refused(t, makeTar([...entries]), "archive-invalid", /has more than 20000 entries$/);
});

test("archive-invalid: an archive that is followed by zeros without an end is refused without reading them", async (t) => {
  const path = await archiveFor(t, makeTar([a]));
  await truncate(path, 2 ** 40);
  await assert.rejects(Archive.open(path, patience()), /continues after its end$/);
});

test("what cannot be an archive is refused without reading it", async (t) => {
  const folder = await folderFor(t);
  await assert.rejects(Archive.open(folder, patience()), /is not a file$/);
  const pipe = `${folder}/pipe`;
  execFileSync("mkfifo", [pipe]);
  await assert.rejects(Archive.open(pipe, patience()), /is not a file$/);
  await assert.rejects(Archive.open(`${folder}/nothing`, patience()), /cannot be read \(ENOENT\)$/);
});

async function refused(
  t: Parameters<typeof archiveFor>[0],
  bytes: Uint8Array,
  code: string,
  message: RegExp,
): Promise<void> {
  await assert.rejects(Archive.open(await archiveFor(t, bytes), patience()), (error: Error) => {
    assert.ok(error instanceof ImageError);
    assert.match(error.message, message);
    assert.equal(error.code, code);
    return true;
  });
}
