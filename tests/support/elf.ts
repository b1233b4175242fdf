const PT_INTERP = 3;

/** What an ELF file says of itself: `machine` as in its header (62: x64, 183: arm64), and whether it needs a loader. */
export function readElf(file: Buffer): { machine: number; isStatic: boolean } {
  if (file.readUInt32BE(0) !== 0x7f454c46) throw new Error("not an ELF file");
  return { machine: file.readUInt16LE(18), isStatic: !segmentTypes(file).includes(PT_INTERP) };
}

/** Of a 64-bit ELF file's program headers. */
function segmentTypes(file: Buffer): number[] {
  const [at, size, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54), file.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => file.readUInt32LE(at + i * size));
}
