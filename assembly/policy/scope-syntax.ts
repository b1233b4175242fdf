// Which scopes a transport accepts when a policy is loaded (containers-transports: ValidatePolicyConfigurationScope).

import { Bytes } from "../bytes/bytes";
import { isDigest, isHex64 } from "../image/digest";

const SLASH: u8 = 0x2f;
const COLON: u8 = 0x3a;
const AT: u8 = 0x40;

/** What is wrong with a scope under a transport; empty if nothing is. The empty scope is always right. */
export function scopeProblem(transport: Bytes, scope: Bytes): string {
  // docker: anything, though most of it matches nothing.
  return scope.length == 0 || transport.is("docker") ? "" : problemElsewhere(transport, scope);
}

function problemElsewhere(transport: Bytes, scope: Bytes): string {
  if (transport.is("docker-daemon")) {
    return isDigest(scope) ? "a digest is not a scope of docker-daemon" : "";
  }
  if (transport.is("atomic")) {
    return isAtomicScope(scope) ? "" : "expected host[:port][/namespace[/stream[:tag]]]";
  }
  if (transport.is("dir") || transport.is("oci") || transport.is("oci-archive") || transport.is("sif")) {
    return isCleanPath(scope) ? "" : "expected an absolute path without ., .. or double slashes, and not /";
  }
  if (transport.is("docker-archive") || transport.is("tarball"))
    return "this transport has no scopes but the empty one";
  if (transport.is("containers-storage")) {
    return isStorageScope(scope) ? "" : "expected [driver@/root] or [/root], and a name after it";
  }
  // ostree and unknown transports: anything, as nothing is looked up under them.
  return "";
}

/** `^[^/]*(/[^:/]*(/[^:/]*(:[^:/]*)?)?)?$` (upstream: openshift/openshift_transport.go) */
function isAtomicScope(scope: Bytes): bool {
  let slashes = 0;
  let colons = 0;
  for (let i = 0; i < scope.length; i++) {
    const byte = scope.at(i);
    if (byte == SLASH) {
      if (++slashes > 2) return false;
    } else if (byte == COLON && slashes > 0) {
      if (slashes == 1 || ++colons > 1) return false;
    }
  }
  return true;
}

/** Whether a path is absolute, lexically clean, and not the root. */
export function isCleanPath(path: Bytes): bool {
  if (path.length < 2 || path.at(0) != SLASH) return false;
  let start = 1;
  for (let i = 1; i <= path.length; i++) {
    if (i < path.length && path.at(i) != SLASH) continue;
    const component = path.slice(start, i);
    if (component.length == 0 || component.is(".") || component.is("..")) return false;
    start = i + 1;
  }
  return true;
}

function isStorageScope(scope: Bytes): bool {
  if (scope.at(0) != 0x5b) return false;
  const close = scope.indexOf(0x5d);
  if (close < 0 || !isStorageRoot(scope.slice(1, close))) return false;
  const rest = scope.from(close + 1);
  const first = rest.indexOf(AT);
  if (first < 0) return true;

  // name@ID, name@digest or name@digest@ID
  const second = rest.indexOf(AT, first + 1);
  if (second < 0) {
    const suffix = rest.from(first + 1);
    return isHex64(suffix) || isDigest(suffix);
  }
  return isDigest(rest.slice(first + 1, second)) && isHex64(rest.from(second + 1));
}

/** `driver@/root` or `/root` */
function isStorageRoot(spec: Bytes): bool {
  const at = spec.indexOf(AT);
  if (at == 0) return false;
  const root = spec.from(at + 1);
  return root.length > 0 && root.at(0) == SLASH;
}
