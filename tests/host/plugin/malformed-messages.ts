/** What is not an answer of the daemon, each in hex and wrong in one way. */
export const MALFORMED: readonly [name: string, hex: string][] = [
  ["a tag without a value", "08"],
  ["a varint without an end", "08ffffffffffffffffff"],
  ["a length beyond the message", "1205616263"],
  ["a length of 2^40", "12808080808020"],
  ["a group", "0b0c"],
  ["field 0", "0000"],
  ["ok as bytes", `0a0101${codeField("accepted")}`],
  ["ok as 2", `0802${codeField("accepted")}`],
  ["code as a number", "08011001"],
];
/** Field 2, `code`, in hex. */
export function codeField(code: string): string {
  return `12${Buffer.from([code.length]).toString("hex")}${Buffer.from(code).toString("hex")}`;
}
