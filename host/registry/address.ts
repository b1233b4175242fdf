import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * Where an address leads: `public` is the internet, the others are places a registry on the internet has no
 * business sending us to. `reserved` is multicast, broadcast and what is not assigned.
 */
export type AddressClass = "public" | "private" | "loopback" | "link-local" | "reserved";

/** IANA's special-purpose address registries (RFC 6890 and its updates). */
const SPECIAL: readonly [AddressClass, readonly string[]][] = [
  // 0.0.0.0/8 and :: reach the machine itself on Linux.
  ["loopback", ["127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"]],
  // 169.254.169.254 is the metadata service of every large cloud.
  ["link-local", ["169.254.0.0/16", "fe80::/10"]],
  [
    "private",
    [
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
      "100.64.0.0/10",
      "198.18.0.0/15",
      "fc00::/7",
      "fec0::/10",
    ],
  ],
  // What wraps an IPv4 address that this table would not see: 6to4, Teredo, a network's own NAT64 (RFC 8215), IPv4-translated
  // (RFC 2765) and IPv4-compatible addresses.
  ["reserved", ["2002::/16", "2001::/32", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96"]],
  ["reserved", ["192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8", "100::/64"]],
];

const LISTS = SPECIAL.map(([kind, subnets]) => [kind, blockList(subnets)] as const);

/** The class of an IPv4 or IPv6 address; whatever is neither is `reserved`. */
export function classOf(address: string): AddressClass {
  const unscoped = address.replace(/%.*$/, "");
  const family = isIPv4(unscoped) ? "ipv4" : isIPv6(unscoped) ? "ipv6" : null;
  if (family === null) return "reserved";
  return LISTS.find(([, list]) => list.check(unscoped, family))?.[0] ?? "public";
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net, prefix] = subnet.split("/") as [string, string];
    if (isIPv4(net)) {
      // BlockList matches IPv4-mapped addresses (::ffff:a.b.c.d) by the IPv4 rule; NAT64 (RFC 6052) it does not know.
      list.addSubnet(net, Number(prefix), "ipv4");
      list.addSubnet(`64:ff9b::${net}`, 96 + Number(prefix), "ipv6");
    } else {
      list.addSubnet(net, Number(prefix), "ipv6");
    }
  }
  return list;
}
