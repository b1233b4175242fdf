import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallenges } from "../../../host/registry/challenge.js";

const good: [string, unknown][] = [
  ["", []],
  ['Basic realm="x"', [["basic", { realm: "x" }]]],
  [
    'Bearer realm="https://a/token?x=1,2",service="s, t",scope="repository:a/b:pull,push"',
    [["bearer", { realm: "https://a/token?x=1,2", service: "s, t", scope: "repository:a/b:pull,push" }]],
  ],
  ['Bearer realm="a \\"b\\" \\\\"', [["bearer", { realm: 'a "b" \\' }]]],
  ["BEARER Realm=https://a/token , Service=s", [["bearer", { realm: "https://a/token", service: "s" }]]],
  [
    'Negotiate, Basic realm="x", Bearer realm="y",service="z"',
    [
      ["negotiate", {}],
      ["basic", { realm: "x" }],
      ["bearer", { realm: "y", service: "z" }],
    ],
  ],
  [
    'NTLM TlRMTVNTUAAC==, Basic realm="x"',
    [
      ["ntlm", {}],
      ["basic", { realm: "x" }],
    ],
  ],
  [', ,Basic realm="x",', [["basic", { realm: "x" }]]],
];
for (const [header, challenges] of good) {
  test(`challenge: ${header || "nothing"}`, () => {
    const parsed = parseChallenges(header);
    assert.deepEqual(
      parsed?.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]),
      challenges,
    );
  });
}

const malformed = [
  'Bearer realm="x',
  'Bearer realm="x" service="y" z',
  'Bearer realm="x",realm="y"',
  'Bearer realm="x",REALM="y"',
  `Bearer realm="x", service=`,
  '="x"',
  'Bearer realm="x";service="y"',
  "\u00e9",
];
for (const header of malformed) {
  test(`malformed challenge: ${header}`, () => assert.equal(parseChallenges(header), null));
}
