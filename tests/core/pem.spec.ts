import { hasPemBlock, parsePem } from "../../assembly/asn1/pem";
import { Bytes } from "../../assembly/bytes/bytes";
import { toHex } from "./support/hex";

/** Label, contents and number of bytes left of the first block; "none" where there is none. */
function read(text: string): string {
  const block = parsePem(Bytes.of(text));
  if (block == null) return "none";
  const label = String.UTF8.decodeUnsafe(block.label.start, block.label.length);
  return `${label} ${toHex(block.contents)} ${block.rest.length.toString()}`;
}

describe("a PEM block", () => {
  it("is read with any line ends", () => {
    expect(read("-----BEGIN X-----\nAQID\n-----END X-----\n")).toBe("X 010203 0");
    expect(read("-----BEGIN X-----\r\nAQID\r\n-----END X-----\r\n")).toBe("X 010203 0");
    expect(read("-----BEGIN X-----\nAQID\n-----END X-----")).toBe("X 010203 0");
    expect(read("-----BEGIN X----- \t\nAQ \n\n\tID \n-----END X----- \n")).toBe("X 010203 0");
  });

  it("may have a label of several words, and no contents", () => {
    expect(read("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n")).toBe("PUBLIC KEY  0");
    expect(read("-----BEGIN -----\nAQID\n-----END -----\n")).toBe(" 010203 0");
  });

  it("is found behind other text", () => {
    expect(read("a key\n-----BEGIN X-----\nAQID\n-----END X-----\n")).toBe("X 010203 0");
    expect(read("\n\n-----BEGIN X-----\nAQID\n-----END X-----\nrest")).toBe("X 010203 4");
    expect(read("-----END X-----\n-----BEGIN X-----\nAQID\n-----END X-----\n")).toBe("X 010203 0");
  });

  it("may have headers", () => {
    expect(read("-----BEGIN X-----\nProc-Type: 4\nA:b\n\nAQID\n-----END X-----\n")).toBe("X 010203 0");
  });

  it("begins and ends at the beginning of a line", () => {
    expect(read(" -----BEGIN X-----\nAQID\n-----END X-----\n")).toBe("none");
    expect(read("a-----BEGIN X-----\nAQID\n-----END X-----\n")).toBe("none");
    expect(read("-----BEGIN X-----\nAQID\n -----END X-----\n")).toBe("none");
    expect(read("-----BEGIN X-----\nAQID-----END X-----\n")).toBe("none");
    expect(read("-----BEGIN X-----\rAQID\r-----END X-----\r")).toBe("none");
  });

  it("is refused where a boundary is damaged", () => {
    expect(read("")).toBe("none");
    expect(read("-----BEGIN X----\nAQID\n-----END X-----\n")).toBe("none");
    expect(read("-----BEGIN X\nAQID\n-----END X-----\n")).toBe("none");
    expect(read("----BEGIN X-----\nAQID\n-----END X-----\n")).toBe("none");
    expect(read("-----BEGIN X-----\nAQID\n")).toBe("none");
    expect(read("-----BEGIN X-----")).toBe("none");
    expect(read("-----BEGIN ")).toBe("none");
    expect(read("-----BEGIN \nAQID\n-----END \n")).toBe("none");
    expect(read("-----BEGIN X-----\nAQID\n-----END ")).toBe("none");
    expect(read("-----BEGIN X-----\nAQID\n-----END Y-----\n")).toBe("none");
    expect(read("-----BEGIN X-----\nAQID\n-----END X----\n")).toBe("none");
    expect(read("-----BEGIN X-----\nAQID\n-----END X-----x\n")).toBe("none");
  });

  it("is refused where its body is not base64", () => {
    expect(read("-----BEGIN X-----\nAQI\n-----END X-----\n")).toBe("none");
    expect(read("-----BEGIN X-----\nAQ_D\n-----END X-----\n")).toBe("none");
  });

  it("is refused where it is malformed, though another follows", () => {
    expect(read("-----BEGIN X-----\n????\n-----END X-----\n-----BEGIN X-----\nAQID\n-----END X-----\n")).toBe(
      "none",
    );
  });
});

describe("hasPemBlock", () => {
  it("looks for a line that begins one", () => {
    expect(hasPemBlock(Bytes.of("text\n-----BEGIN X"))).toBe(true);
    expect(hasPemBlock(Bytes.of("text -----BEGIN X-----"))).toBe(false);
    expect(hasPemBlock(Bytes.of("-----END X-----"))).toBe(false);
    expect(hasPemBlock(Bytes.of(""))).toBe(false);
  });
});
