import { decodeBase64 } from "../../assembly/bytes/base64";
import { Bytes } from "../../assembly/bytes/bytes";
import { toHex } from "./support/hex";

/** What `text` decodes to, in hex; "refused" where Go's StdEncoding reports an error. */
function decoded(text: string): string {
  const bytes = decodeBase64(Bytes.of(text));
  return bytes === null ? "refused" : toHex(bytes);
}

describe("base64", () => {
  it("is decoded with its padding", () => {
    expect(decoded("")).toBe("");
    expect(decoded("YQ==")).toBe("61");
    expect(decoded("YWI=")).toBe("6162");
    expect(decoded("YWJj")).toBe("616263");
    expect(decoded("+/+/")).toBe("fbffbf");
  });

  it("may hold line breaks anywhere, and odd bits at the end", () => {
    expect(decoded("Y\nW\r\nJj\n")).toBe("616263");
    expect(decoded("YQ=\n=\n")).toBe("61");
    expect(decoded("\n")).toBe("");
    expect(decoded("YWJ=")).toBe("6162");
    expect(decoded("YR==")).toBe("61");
  });

  it("is refused otherwise", () => {
    const texts = [
      "Y",
      "YQ",
      "YQ=",
      "YQ===",
      "YWI",
      "YWJj=",
      "YWJjZ",
      "=",
      "====",
      "Y===",
      "YQ==YQ==",
      "YQ=a",
      "Y W J j",
      "-_-_",
      "YWJj\t",
      "YW\u{0}j",
    ];
    for (let i = 0; i < texts.length; i++) expect(decoded(texts[i])).toBe("refused", texts[i]);
  });
});
