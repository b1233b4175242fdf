import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  elementSpans,
  memberSpans,
  replaceSpans,
  type Span,
} from "../../../../host/signing/attach/json-text.js";

const object = fc.dictionary(fc.string(), fc.jsonValue());
const spaces = fc.constantFrom(undefined, 1, "\t\n ");
const cut = (text: string, { start, end }: Span) => text.slice(start, end);

test("every member of any object is found where it stands", () => {
  fc.assert(
    fc.property(object, spaces, (value, space) => {
      const text = JSON.stringify(value, null, space);
      const found = [...memberSpans(text)].map(([name, span]) => [name, JSON.parse(cut(text, span))]);
      assert.deepEqual(new Map(found as [string, unknown][]), new Map(Object.entries(JSON.parse(text))));
    }),
  );
});

test("every element of any list is found where it stands", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), spaces, (list, space) => {
      const text = JSON.stringify({ list }, null, space);
      const span = memberSpans(text).get("list") ?? assert.fail();
      const found = elementSpans(text, span).map((element) => JSON.parse(cut(text, element)));
      assert.deepEqual(found, JSON.parse(JSON.stringify(list)));
    }),
  );
});

test("a member is replaced, and nothing else", () => {
  fc.assert(
    fc.property(object, fc.jsonValue(), fc.jsonValue(), spaces, (value, before, after, space) => {
      const document = { ...value, layers: before };
      const text = JSON.stringify(document, null, space);
      const span = memberSpans(text).get("layers") ?? assert.fail();
      const changed = replaceSpans(text, [[span, JSON.stringify(after)]]);
      assert.equal(changed, text.slice(0, span.start) + JSON.stringify(after) + text.slice(span.end));
      assert.deepEqual(JSON.parse(changed), JSON.parse(JSON.stringify({ ...document, layers: after })));
    }),
  );
});

test("a member that is there twice is refused, however it is spelled", () => {
  assert.throws(() => memberSpans('{"a":1,"b":2,"a":3}'), /has the member "a" twice$/);
  assert.throws(() => memberSpans('{"a":1,"\\u0061":3}'), /has the member "a" twice$/);
});
