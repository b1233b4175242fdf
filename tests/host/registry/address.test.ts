import assert from "node:assert/strict";
import { test } from "node:test";
import { type AddressClass, classOf } from "../../../host/registry/address.js";

const classes: [AddressClass, string[]][] = [
  [
    "public",
    [
      "8.8.8.8",
      "172.32.0.1",
      "169.253.0.1",
      "100.63.255.255",
      "2606:4700::1111",
      "::ffff:8.8.8.8",
      "64:ff9b::8.8.8.8",
    ],
  ],
  [
    "loopback",
    [
      "127.0.0.1",
      "127.255.0.9",
      "0.0.0.0",
      "::1",
      "::",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "64:ff9b::7f00:1",
    ],
  ],
  [
    "link-local",
    ["169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254"],
  ],
  [
    "private",
    ["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1"],
  ],
  [
    "reserved",
    [
      ...["224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1", "", "localhost"],
      ...[
        "2002:7f00:1::",
        "2001::1",
        "64:ff9b:1::a9fe:a9fe",
        "::ffff:0:169.254.169.254",
        "::169.254.169.254",
      ],
    ],
  ],
];
for (const [kind, addresses] of classes) {
  for (const address of addresses) {
    test(`"${address}" is ${kind}`, () => assert.equal(classOf(address), kind));
  }
}
