// Is a certificate for this host (Go: crypto/x509, Certificate.VerifyHostname)? By its alternative names alone: DNS names
// without regard to case, where a whole first label `*` stands for any one; or, for an address, its IP addresses.

import { Bytes } from "../bytes/bytes";
import { equalsFolded } from "./domain";
import { GeneralNames } from "./general-names";
import { isAddress, parseIpAddress } from "./ip-address";

const DOT: u8 = 0x2e;
const STAR: u8 = 0x2a;
const DASH: u8 = 0x2d;
const UNDERSCORE: u8 = 0x5f;

/** Whether `host`, a name or an address, also in brackets, is one of those in `names`. */
export function isForHost(names: GeneralNames, host: Bytes): bool {
  const address = parseIpAddress(withoutBrackets(host));
  if (address !== null) {
    for (let i = 0; i < names.addresses.length; i++) {
      if (isAddress(names.addresses[i], address)) return true;
    }
    return false;
  }
  const isRegular = isHostName(withoutFinalDot(host), false);
  for (let i = 0; i < names.dnsNames.length; i++) {
    const pattern = names.dnsNames[i];
    const matches =
      isRegular && isHostName(pattern, true)
        ? matchesPattern(withoutFinalDot(host), pattern)
        : matchesExactly(host, pattern);
    if (matches) return true;
  }
  return false;
}

function withoutBrackets(host: Bytes): Bytes {
  const last = host.length - 1;
  return host.length >= 3 && host.at(0) == 0x5b && host.at(last) == 0x5d ? host.slice(1, last) : host;
}

function withoutFinalDot(host: Bytes): Bytes {
  const last = host.length - 1;
  return host.length > 0 && host.at(last) == DOT ? host.slice(0, last) : host;
}

/** Names that are not valid host names match only exactly; people have such names. */
function matchesExactly(host: Bytes, name: Bytes): bool {
  return host.length > 0 && !host.is(".") && equalsFolded(host, name);
}

function matchesPattern(host: Bytes, pattern: Bytes): bool {
  if (pattern.at(0) != STAR) return equalsFolded(host, pattern);
  const dot = host.indexOf(DOT);
  // The pattern is `*.` and more: a star alone is no host name.
  return dot >= 0 && equalsFolded(host.from(dot), pattern.from(1));
}

/** Labels of letters, digits, hyphens that are not the first character, and underscores; in a pattern also a first label `*`. */
function isHostName(text: Bytes, isPattern: bool): bool {
  if (text.length == 0 || text.is("*")) return false;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text.at(i) != DOT) continue;
    const label = text.slice(start, i);
    const isWildcard = isPattern && start == 0 && label.is("*");
    if (!isWildcard && !isLabel(label)) return false;
    start = i + 1;
  }
  return true;
}

function isLabel(label: Bytes): bool {
  if (label.length == 0 || label.at(0) == DASH) return false;
  for (let i = 0; i < label.length; i++) {
    const byte = label.at(i);
    const lower = byte | 0x20;
    const isLetterOrDigit = (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
    if (!isLetterOrDigit && byte != DASH && byte != UNDERSCORE) return false;
  }
  return true;
}
