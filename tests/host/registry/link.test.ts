import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallenges } from "../../../host/registry/challenge.js";
import { nextLink } from "../../../host/registry/link.js";

const headers: readonly [string, string | null][] = [
  ["", null],
  ['</v2/a/referrers/x?n=2&last=b>; rel="next"', "/v2/a/referrers/x?n=2&last=b"],
  ["</next>;rel=next", "/next"],
  ["</next> ; title=x ; REL = Next", "/next"],
  ['</next>; rel="prev next"', "/next"],
  ['</a,b>; rel="next"', "/a,b"],
  ['</first>; rel="first", </next>; rel="next"', "/next"],
  ['</other>; title="a, <b>; rel=next", </next>; title="\\"", </after>; rel="next"', "/after"],
  ['</other>; rel="nextish"', null],
  ['</other>; rel="first"; rel="next"', null],
  ['</other>, rel="next"', null],
  ["/other; rel=next", null],
  ["</other; rel=next", null],
  ['</other>; title="open, </next>; rel="next"', null],
];
for (const [header, target] of headers) {
  test(`link: ${header || "nothing"}`, () => assert.equal(nextLink(header), target));
}

// Read anew from each beginning they would take hours.
for (const piece of ["<", "<>", "<>;", "<>;rel=", '<>;"', "<> ", ","]) {
  test(`a link header of 300,000 times ${JSON.stringify(piece)} is read once`, () => {
    assert.equal(nextLink(piece.repeat(300_000)), null);
  });
}
for (const piece of ["a,", "a b,", "a b=c,", "a ", '"', "a b=", ","]) {
  test(`a challenge of 300,000 times ${JSON.stringify(piece)} is read once`, () => {
    parseChallenges(piece.repeat(300_000));
  });
}
