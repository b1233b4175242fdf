// Findings on transports. Upstream accepts any text as one; nothing is ever looked up under a transport it does not
// know.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { Findings, Severity } from "./finding";
import { TRANSPORT_NOT_PULLED, TRANSPORT_UNKNOWN } from "./finding-ids";
import { isNear } from "./near";
import { Policy } from "./types";

const TRANSPORTS: StaticArray<string> = [
  "docker",
  "docker-daemon",
  "docker-archive",
  "atomic",
  "dir",
  "oci",
  "oci-archive",
  "sif",
  "tarball",
  "containers-storage",
  "ostree",
];

/** One for each transport, where its first scope is. */
export function transportFindings(out: Findings, policy: Policy): void {
  let last = Bytes.NONE;
  for (let i = 0; i < policy.lists.length; i++) {
    const list = policy.lists[i];
    const transport = list.transport;
    // The scopes of one transport stand together.
    if (transport.is("docker") || (i > 0 && transport.equals(last))) continue;
    last = transport;
    const path = list.path().done();
    if (isKnown(transport)) {
      out.add(
        Severity.Note,
        TRANSPORT_NOT_PULLED,
        list.offset,
        path,
        Bytes.of("containerd pulls only from registries: none of its images falls under this transport"),
        Bytes.of("the transport of registries is docker"),
      );
    } else {
      const advice = new Writer().text("write ").text(nearest(transport));
      out.add(
        Severity.Error,
        TRANSPORT_UNKNOWN,
        list.offset,
        path,
        Bytes.of("there is no such transport: no image ever falls under its scopes"),
        advice.done(),
      );
    }
  }
}

function isKnown(transport: Bytes): bool {
  for (let i = 0; i < TRANSPORTS.length; i++) if (transport.is(TRANSPORTS[i])) return true;
  return false;
}

/** The transport that was meant: docker, unless it looks like another. */
function nearest(transport: Bytes): string {
  for (let i = 0; i < TRANSPORTS.length; i++) if (isNear(transport, TRANSPORTS[i])) return TRANSPORTS[i];
  return TRANSPORTS[0];
}
