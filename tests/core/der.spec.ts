import { DerReader } from "../../assembly/asn1/der";
import { encodeElement } from "../../assembly/asn1/encode";
import { INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE } from "../../assembly/asn1/tag";
import { Bytes } from "../../assembly/bytes/bytes";
import { fromHex, toHex } from "./support/hex";

function reader(hex: string): DerReader {
  return new DerReader(fromHex(hex));
}

/** The contents of one OCTET STRING that is all of `hex`; "refused" if it is not. */
function octetString(hex: string): string {
  const der = reader(hex);
  const contents = der.read(0x04);
  return der.done() ? toHex(contents) : "refused";
}

function integer(contents: string): string {
  const der = new DerReader(encodeElement(INTEGER, fromHex(contents)));
  const value = der.integer();
  return der.done() ? toHex(value) : "refused";
}

function natural(contents: string): string {
  const der = new DerReader(encodeElement(INTEGER, fromHex(contents)));
  const value = der.natural();
  return der.done() ? toHex(value) : "refused";
}

function bitString(contents: string): string {
  const der = new DerReader(encodeElement(0x03, fromHex(contents)));
  const value = der.octetsOfBitString();
  return der.done() ? toHex(value) : "refused";
}

describe("an element", () => {
  it("is read in short and in long form", () => {
    expect(octetString("04 00")).toBe("");
    expect(octetString("04 02 abcd")).toBe("abcd");
    const lengths = [127, 128, 255, 256, 65535];
    for (let i = 0; i < lengths.length; i++) {
      const der = new DerReader(encodeElement(0x04, Bytes.alloc(lengths[i])));
      expect(der.read(0x04).length).toBe(lengths[i]);
      expect(der.done()).toBe(true);
    }
  });

  it("is refused with another tag", () => {
    expect(octetString("05 00")).toBe("refused");
    expect(octetString("24 00")).toBe("refused", "constructed");
    expect(octetString("84 00")).toBe("refused", "another class");
  });

  it("is refused without a length", () => {
    expect(octetString("")).toBe("refused");
    expect(octetString("04")).toBe("refused");
    expect(octetString("04 81")).toBe("refused");
    expect(octetString("04 82 01")).toBe("refused");
  });

  it("is refused with a length of indefinite form", () => {
    expect(octetString("04 80")).toBe("refused");
    expect(octetString("04 80 0000")).toBe("refused");
  });

  it("is refused with a length that is not minimal", () => {
    expect(octetString("04 81 02 abcd")).toBe("refused", "long form of a short length");
    expect(octetString("04 81 00")).toBe("refused", "long form of zero");
    const padded = Bytes.alloc(4 + 128);
    padded.set(0, 0x04);
    padded.set(1, 0x82);
    padded.set(3, 0x80);
    const der = new DerReader(padded);
    der.read(0x04);
    expect(der.failed).toBe(true, "a leading zero octet");
  });

  it("is refused with a length of more octets than any input has", () => {
    expect(octetString("04 84 00000001 ab")).toBe("refused");
    expect(octetString("04 84 ffffffff ab")).toBe("refused");
    expect(octetString("04 88 0000000000000001 ab")).toBe("refused");
    expect(octetString("04 ff 01 ab")).toBe("refused", "reserved by X.690 8.1.3.5");
    // 256 octets, behind a length that has this number in its last four.
    const contents = toHex(Bytes.alloc(256));
    expect(octetString(`04 85 0100000100 ${contents}`)).toBe("refused");
    expect(octetString(`04 84 00000100 ${contents}`)).toBe("refused");
    expect(octetString(`04 82 0100 ${contents}`)).toBe(contents);
  });

  it("is refused where the input ends early", () => {
    expect(octetString("04 03 abcd")).toBe("refused");
    expect(octetString("04 83 ffffff abcd")).toBe("refused");
  });

  it("is refused with something behind it", () => {
    expect(octetString("04 02 abcd 00")).toBe("refused");
  });
});

describe("a nested element", () => {
  it("is entered and left", () => {
    const der = reader("30 07  30 02 0500  02 01 05");
    const outer = der.enter(SEQUENCE);
    const inner = der.enter(SEQUENCE);
    expect(toHex(der.read(NULL))).toBe("");
    expect(der.more()).toBe(false);
    der.leave(inner);
    expect(der.more()).toBe(true);
    expect(toHex(der.natural())).toBe("05");
    der.leave(outer);
    expect(der.done()).toBe(true);
  });

  it("may not reach beyond what is around it", () => {
    const der = reader("30 02 0201 05");
    der.enter(SEQUENCE);
    der.read(INTEGER);
    expect(der.failed).toBe(true);
  });

  it("may not hide bytes at its end", () => {
    const der = reader("30 03 0500 00");
    const outer = der.enter(SEQUENCE);
    der.read(NULL);
    der.leave(outer);
    expect(der.failed).toBe(true);
  });
});

describe("a failure", () => {
  it("stays, and what is read after it is empty", () => {
    const der = reader("05 00 02 01 05");
    der.read(INTEGER);
    expect(der.failed).toBe(true);
    expect(der.read(NULL).length).toBe(0);
    expect(der.integer().length).toBe(0);
    expect(der.natural().length).toBe(0);
    expect(der.octetsOfBitString().length).toBe(0);
    der.leave(der.enter(SEQUENCE));
    expect(der.more()).toBe(false);
    expect(der.done()).toBe(false);
  });
});

describe("INTEGER", () => {
  it("has at least one octet and no superfluous ones", () => {
    expect(integer("")).toBe("refused");
    expect(integer("00")).toBe("00");
    expect(integer("0001")).toBe("refused");
    expect(integer("007f")).toBe("refused");
    expect(integer("0080")).toBe("0080");
    expect(integer("ff")).toBe("ff");
    expect(integer("ffff")).toBe("refused");
    expect(integer("ff80")).toBe("refused");
    expect(integer("ff7f")).toBe("ff7f");
  });

  it("is natural without a sign", () => {
    expect(natural("00")).toBe("");
    expect(natural("7f")).toBe("7f");
    expect(natural("0080")).toBe("80");
    expect(natural("80")).toBe("refused");
    expect(natural("ff7f")).toBe("refused");
  });
});

describe("BIT STRING", () => {
  it("consists of whole octets", () => {
    expect(bitString("00")).toBe("");
    expect(bitString("00abcd")).toBe("abcd");
    expect(bitString("")).toBe("refused");
    expect(bitString("01fe")).toBe("refused");
    expect(bitString("08")).toBe("refused");
  });
});

describe("encodeElement", () => {
  it("takes the shortest length", () => {
    expect(toHex(encodeElement(NULL, Bytes.alloc(0)))).toBe("0500");
    expect(toHex(encodeElement(OBJECT_IDENTIFIER, fromHex("2b6570")))).toBe("06032b6570");
    expect(toHex(encodeElement(SEQUENCE, Bytes.alloc(128)).slice(0, 3))).toBe("308180");
    expect(toHex(encodeElement(SEQUENCE, Bytes.alloc(256)).slice(0, 4))).toBe("30820100");
  });

  throws("beyond 64 KiB", () => {
    encodeElement(SEQUENCE, Bytes.alloc(65536));
  });
});

describe("an element of any kind", () => {
  it("is given with its header", () => {
    const der = reader("04 02 abcd 05 00");
    expect(der.tag()).toBe(0x04);
    expect(toHex(der.element())).toBe("0402abcd");
    expect(toHex(der.element())).toBe("0500");
    expect(der.done()).toBe(true);
    expect(der.tag()).toBe(0);
  });

  it("has a tag number of one octet, and is no end of contents", () => {
    for (let i = 0; i < 3; i++) {
      const der = reader(["1f 20 00", "00 00", ""][i]);
      expect(der.element().length).toBe(0);
      expect(der.failed).toBe(true);
    }
  });
});

describe("an OBJECT IDENTIFIER", () => {
  it("has components below 2^31, in the fewest octets", () => {
    const oids = ["06 03 2b6570", "06 05 87ffffff7f", "06 01 00"];
    for (let i = 0; i < oids.length; i++) {
      const der = reader(oids[i]);
      expect(der.oid().length).toBe(fromHex(oids[i]).length - 2);
      expect(der.done()).toBe(true, oids[i]);
    }
    const others = [
      "06 00",
      "06 05 8880808000",
      "06 01 80",
      "06 02 8001",
      "06 03 2b8001",
      "06 02 2b81",
      "05 00",
    ];
    for (let i = 0; i < others.length; i++) {
      const der = reader(others[i]);
      expect(der.oid().length).toBe(0);
      expect(der.failed).toBe(true, others[i]);
    }
  });
});

describe("a BOOLEAN", () => {
  it("is all ones or zero, in one octet", () => {
    expect(reader("01 01 ff").boolean()).toBe(true);
    expect(reader("01 01 00").boolean()).toBe(false);
    for (let i = 0; i < 4; i++) {
      const der = reader(["01 01 01", "01 00", "01 02 ff ff", "05 00"][i]);
      expect(der.boolean()).toBe(false);
      expect(der.failed).toBe(true);
    }
  });
});
