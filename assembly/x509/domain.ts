// Domain names as certificates have them, in names and in constraints (upstream: Go's crypto/x509, verify.go).

import { Bytes } from "../bytes/bytes";

const DOT: u8 = 0x2e;

/** Whether `text` is labels with dots between them; also none at all. Go takes every printable character. */
export function isDomain(text: Bytes): bool {
  if (text.length == 0) return true;
  let isLabelEmpty = true;
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    if (byte == DOT) {
      if (isLabelEmpty) return false;
      isLabelEmpty = true;
    } else if (byte < 33 || byte > 126) return false;
    else isLabelEmpty = false;
  }
  return !isLabelEmpty;
}

/** Whether a name constraint is a domain, or one with a dot before it: that stands for what is below it alone. */
export function isDomainConstraint(text: Bytes): bool {
  return isDomain(text.length > 0 && text.at(0) == DOT ? text.from(1) : text);
}

/** Whether `domain` is `constraint` or below it, in any case. An empty constraint fits everything, as in NSS. */
export function isWithin(domain: Bytes, constraint: Bytes): bool {
  if (constraint.length == 0) return true;
  const isBelow = constraint.at(0) == DOT;
  const base = isBelow ? constraint.from(1) : constraint;
  if (base.length == 0) return domain.length > 0;
  if (domain.length == base.length) return !isBelow && equalsFolded(domain, base);
  const before = domain.length - base.length - 1;
  return before > 0 && domain.at(before) == DOT && equalsFolded(domain.from(before + 1), base);
}

/** Whether two texts are the same but for the case of ASCII letters. */
export function equalsFolded(a: Bytes, b: Bytes): bool {
  if (a.length != b.length) return false;
  for (let i = 0; i < a.length; i++) if (lowerCase(a.at(i)) != lowerCase(b.at(i))) return false;
  return true;
}

function lowerCase(byte: u8): u8 {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
