import { Bytes } from "../../assembly/bytes/bytes";
import { JsonReader } from "../../assembly/json/reader";

function utf8(text: string): Bytes {
  const buffer = String.UTF8.encode(text);
  return new Bytes(changetype<usize>(buffer), buffer.byteLength);
}

function plain(bytes: Bytes): string {
  return String.UTF8.decodeUnsafe(bytes.start, bytes.length);
}

/** The failure of reading over all of `text`; empty if there is none. */
function skipped(text: string): string {
  const reader = new JsonReader(utf8(text));
  reader.skip();
  reader.done();
  return reader.failure;
}

/** The string that is all of `text`; "refused" if it is not one. */
function stringIn(text: string): string {
  const reader = new JsonReader(utf8(text));
  const value = reader.string();
  return reader.done() ? plain(value) : "refused";
}

/** Reads an object of any members, names repeated or not, strictly. */
function strict(text: string): JsonReader {
  return strictOf(new JsonReader(utf8(text)));
}

function strictOf(reader: JsonReader): JsonReader {
  if (reader.enterObject()) while (reader.nextMember()) reader.skip();
  reader.done();
  return reader;
}

describe("a JSON text", () => {
  it("is one value with white space around it", () => {
    const texts = [
      "{}",
      " [ ] ",
      '"x"',
      "0",
      "-0",
      "12.5e-3",
      "1E+2",
      "true",
      "false",
      "null",
      '\n{"a":[{}]}\r\t',
    ];
    for (let i = 0; i < texts.length; i++) expect(skipped(texts[i])).toBe("", texts[i]);
  });

  it("is refused where RFC 8259 refuses it", () => {
    const texts = [
      "",
      " ",
      "{",
      "[",
      '"',
      "{]",
      "[}",
      "{,}",
      "[,]",
      "[1,]",
      '{"a":1,}',
      '{"a"}',
      '{"a":}',
      "{a:1}",
      "{'a':1}",
      "{1:1}",
      "[1 2]",
      '{"a":1 "b":2}',
      "01",
      "+1",
      ".5",
      "1.",
      "1e",
      "1e+",
      "-",
      "0x1",
      "NaN",
      "tru",
      "truex",
      "nulll",
      "True",
      "{}{}",
      "1 2",
      "/**/1",
      "1//",
      "\u{feff}1",
      '"\\x"',
      '"\\u12"',
      '"\\u12g4"',
      '"\n"',
      '"\u{0}"',
      '"a',
      '"\\"',
    ];
    for (let i = 0; i < texts.length; i++) expect(skipped(texts[i])).not.toBe("", texts[i]);
  });

  it("is refused wherever it is cut off", () => {
    const texts = [
      '{"a\\u0041":[-1.5e+3,true,{"b":"\\ud83d\\ude00\\\\"}],"c" : null , "d":[false,[]]}',
      '{"\u00e9":"\u{1f600}"}',
      '["\\n",{}]',
    ];
    for (let i = 0; i < texts.length; i++) {
      const whole = utf8(texts[i]);
      for (let length = 0; length < whole.length; length++) {
        const skipping = new JsonReader(whole.slice(0, length));
        skipping.skip();
        expect(skipping.done()).toBe(false, `${length} bytes of ${texts[i]}, skipped`);
        expect(strictOf(new JsonReader(whole.slice(0, length))).failed()).toBe(true, `${length}, read`);
      }
      expect(skipped(texts[i])).toBe("");
    }
    // A string by itself, where it ends in an escape.
    const strings = ['"', '"\\', '"\\x', '"\\u', '"\\u12', '"\\ud83d\\', '"\\ud83d\\u', '"\u0001', '"'];
    for (let i = 0; i < strings.length; i++) expect(stringIn(strings[i])).toBe("refused", strings[i]);
  });

  it("is refused beyond the limit of depth, and not before", () => {
    expect(skipped("[".repeat(32) + "]".repeat(32))).toBe("");
    expect(skipped("[".repeat(33) + "]".repeat(33))).toBe("nested too deeply");
    expect(skipped(`${'{"a":'.repeat(33)}1${"}".repeat(33)}`)).toBe("nested too deeply");
  });
});

describe("a string", () => {
  it("is decoded", () => {
    expect(stringIn('"\\"\\\\\\/\\b\\f\\n\\r\\t"')).toBe('"\\/\b\f\n\r\t');
    expect(stringIn('"\\u0041\\u00e9\\u20AC"')).toBe("A\u00e9\u20ac");
    expect(stringIn('"\\ud83d\\ude00"')).toBe("\u{1f600}");
    expect(stringIn('"\u00e9\u{1f600}"')).toBe("\u00e9\u{1f600}");
  });

  it("has U+FFFD for what is no text, as in Go", () => {
    expect(stringIn('"\\ud800"')).toBe("\ufffd");
    expect(stringIn('"\\udc00x"')).toBe("\ufffdx");
    expect(stringIn('"\\ud800\\ud800"')).toBe("\ufffd\ufffd");
    expect(stringIn('"\\ud800\\u0041"')).toBe("\ufffdA");
    const broken = utf8('"?"');
    broken.set(1, 0xff);
    expect(plain(new JsonReader(broken).string())).toBe("\ufffd");
  });
});

describe("an object that is read", () => {
  it("has no more members than a manifest may have, where it is of one", () => {
    let most = "{";
    for (let i = 1; i < 512; i++) most += `"a${i}":{},`;
    const wide = `${most}"a":1,"b":{"c":1}}`;
    expect(strictOf(JsonReader.ofManifest(utf8(`${most}"a":1}`))).failure).toBe("");
    expect(strictOf(JsonReader.ofManifest(utf8(wide))).failure).toBe("more members than any manifest has");
    expect(strict(wide).failure).toBe("");
    expect(strictOf(JsonReader.ofManifest(utf8(`{"a":${wide}}`))).failure).toBe("");
  });

  it("has no member twice, however it is spelt", () => {
    expect(strict('{"a":1,"a":1}').failure).toBe("the same member twice");
    expect(strict('{"a":1,"\\u0061":1}').failure).toBe("the same member twice");
    expect(strict('{"\\ud800":1,"\\udfff":1}').failure).toBe("the same member twice");
    expect(strict('{"a":1,"A":1}').failure).toBe("");
    let many = "{";
    for (let i = 0; i < 100; i++) many += `"m${i}":0,`;
    expect(strict(`${many}"x":0}`).failure).toBe("");
    expect(strict(`${many}"m50":0}`).failure).toBe("the same member twice");
  });

  it("may hold repeated names where nobody reads", () => {
    expect(strict('{"a":{"b":1,"b":2}}').failure).toBe("");
  });
});

describe("a failure", () => {
  it("is the first one, and stays", () => {
    const reader = strict('{"a":1,"a":2,,}');
    expect(reader.failureAt).toBe(7);
    reader.fail("another");
    expect(reader.failure).toBe("the same member twice");
    expect(reader.nextMember()).toBe(false);
    expect(plain(reader.string())).toBe("");
    expect(reader.done()).toBe(false);
  });

  it("has the path of what it is about", () => {
    const reader = new JsonReader(utf8('{"transports":{"docker":{"ghcr.io/x":[{"keyPath":1}]}}}'));
    reader.enterObject();
    reader.nextMember();
    reader.enterObject();
    reader.nextMember();
    reader.enterObject();
    reader.nextMember();
    reader.enterArray();
    reader.nextItem();
    reader.enterObject();
    reader.nextMember();
    reader.string();
    expect(reader.failure).toBe("expected a string");
    expect(plain(reader.failurePath)).toBe('transports.docker["ghcr.io/x"][0].keyPath');
  });

  it("of looking ahead is left to the reading that follows", () => {
    const reader = new JsonReader(utf8('{"x":[1,],"type":"t"}'));
    expect(reader.lookAhead("type") === null).toBe(true);
    expect(reader.failed()).toBe(false);
    const good = new JsonReader(utf8('{"x":[1],"type":"t"}'));
    expect(plain(good.lookAhead("type")!)).toBe("t");
    expect(good.enterObject() && good.nextMember()).toBe(true);
    expect(plain(good.memberName())).toBe("x");
  });
});

describe("looking ahead", () => {
  it("finds a name however it is spelt, and no other", () => {
    const spelt = new JsonReader(utf8('{"\\u0078":"x","ty\\u0070e":"t","type":"u"}'));
    expect(plain(spelt.lookAhead("type")!)).toBe("t");
    const others = [
      '{"t\\u0078pe":"x"}',
      '{"typ":"x","types":"x"}',
      '{"type":1}',
      '{"a":{"type":"x"}}',
      '["type"]',
    ];
    for (let i = 0; i < others.length; i++) {
      expect(new JsonReader(utf8(others[i])).lookAhead("type") === null).toBe(true, others[i]);
    }
  });
});
