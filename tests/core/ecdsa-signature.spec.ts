import { Bytes } from "../../assembly/bytes/bytes";
import { parseEcdsaSignature } from "../../assembly/sig/ecdsa-signature";
import { fromHex, toHex } from "./support/hex";

/** "r s" in hexadecimal, or "none". */
function read(hex: string): string {
  const signature = parseEcdsaSignature(fromHex(hex));
  return signature == null ? "none" : `${toHex(signature.r)} ${toHex(signature.s)}`;
}

describe("an ECDSA signature in DER", () => {
  it("is a sequence of two natural numbers", () => {
    expect(read("30 06 020105 020107")).toBe("05 07");
    expect(read("30 08 02020080 02020081")).toBe("80 81");
    expect(read("30 06 020100 020100")).toBe(" ", "zero is for the range check");
  });

  it("is refused, and not taken as r and s, where Go's asn1.Unmarshal reads more than DER", () => {
    expect(read("30 06 020105 020107 0000")).toBe("none", "bytes behind the sequence");
    expect(read("30 08 020105 020107 0500")).toBe("none", "another element in the sequence");
    expect(read("30 08 020105 020107 ffff")).toBe("none", "anything in the sequence");
    expect(read("30 06 0201ff 020107")).toBe("none", "a negative r");
    expect(read("30 06 020105 020180")).toBe("none", "a negative s");
  });
});

describe("an ECDSA signature as r and s", () => {
  it("is what asn1.Unmarshal does not read", () => {
    expect(read("0507")).toBe("05 07");
    expect(read("0005 0007")).toBe("0005 0007");
    expect(read("30 81 06 020105 0201 07 00")).toBe("3081060201 0502010700", "a length that is not minimal");
    expect(read("30 80 020105 020107 0000")).toBe("3080020105 0201070000", "an indefinite length");
    expect(read("30 08 02020005 02020007")).toBe("3008020200 0502020007", "integers that are not minimal");
    expect(read("30 04 0200 0200")).toBe("300402 000200", "empty integers");
    expect(read("30 06 020105")).toBe("none", "odd");
    expect(read("30 08 020105 020107")).toBe("30080201 05020107", "truncated");
    expect(read("31 06 020105 020107")).toBe("31060201 05020107", "another tag");
    expect(read("30 06 020105 040107")).toBe("30060201 05040107", "another tag within");
    expect(read("30 04 020105 00")).toBe("300402 010500", "one integer");
  });

  it("has an even length of 2 to 132 bytes", () => {
    expect(read("")).toBe("none");
    expect(read("05")).toBe("none");
    expect(read("050607")).toBe("none");
    expect(parseEcdsaSignature(Bytes.alloc(132)) !== null).toBe(true);
    expect(parseEcdsaSignature(Bytes.alloc(131)) === null).toBe(true);
    expect(parseEcdsaSignature(Bytes.alloc(134)) === null).toBe(true);
  });
});
