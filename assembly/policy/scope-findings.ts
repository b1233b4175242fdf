// Findings on docker scopes: those that cover no image, or others than they seem to.

import { Bytes } from "../bytes/bytes";
import { writeEscaped } from "../bytes/escape";
import { Writer } from "../bytes/writer";
import { Findings, Severity } from "./finding";
import {
  HOST_MISTYPED,
  NOT_PORTABLE,
  OFFICIAL_IMAGE,
  SCOPE_NEVER_MATCHES,
  SCOPE_OF_TAG,
  SCOPE_UNREACHABLE,
} from "./finding-ids";
import { hostMeant, isOfficialImage } from "./hosts";
import { hostOf, isTagged, scopeFault, scopeInstead } from "./scope-names";
import { isExtensionScope } from "./scopes";
import { Policy, RequirementList } from "./types";

/** Longest scope that is told in full. */
const TOLD_BYTES: i32 = 120;
const SLASH: u8 = 0x2f;
const AT: u8 = 0x40;

export function scopeFindings(out: Findings, policy: Policy, list: RequirementList): void {
  if (!list.transport.is("docker")) return;
  const scope = list.scope;
  const fault = scopeFault(scope);
  if (fault.length > 0) {
    neverMatches(out, list, fault);
    return;
  }
  if (isExtensionScope(scope)) {
    out.onList(
      Severity.Note,
      NOT_PORTABLE,
      list,
      "an extension of Countersign: podman, skopeo and CRI-O load this scope and never apply it",
      "write each repository, or the host, where they have to judge alike",
    );
  }
  if (isTagged(scope) && scope.indexOf(AT) < 0) {
    out.onList(
      Severity.Warning,
      SCOPE_OF_TAG,
      list,
      "does not cover pulls by digest, with or without this tag: they fall under the next wider scope",
      "write the requirements under the repository, with a signedIdentity that asks for the tag",
    );
  }
  shadowed(out, policy, list);
  if (scope.length > 0 && scope.at(0) != 0x2a) names(out, list);
}

function neverMatches(out: Findings, list: RequirementList, fault: string): void {
  const message = new Writer().text("covers no image: ").text(fault).done();
  const instead = scopeInstead(list.scope);
  const advice = new Writer().text("write ");
  if (instead === null) advice.text("a host, or a host and a repository, such as ghcr.io/acme/app");
  else quoted(advice, instead);
  out.add(Severity.Error, SCOPE_NEVER_MATCHES, list.offset, list.path().done(), message, advice.done());
}

/** A scope all of whose images fall under a wildcard that is looked up first. */
function shadowed(out: Findings, policy: Policy, list: RequirementList): void {
  const scope = list.scope;
  const isHost = scope.length > 0 && scope.indexOf(SLASH) < 0 && scope.at(0) != 0x2a;
  if (scope.length > 0 && !isHost) return;
  const before = isHost ? new Writer().bytes(scope).text("/*").done() : Bytes.of("*");
  if (policy.list(list.transport, before) === null) return;
  const message = quoted(new Writer().text("never applies: every image it could cover falls under "), before);
  const advice = Bytes.of("leave one of the two out");
  out.add(Severity.Error, SCOPE_UNREACHABLE, list.offset, list.path().done(), message.done(), advice);
}

/** Names that look like a mistake. */
function names(out: Findings, list: RequirementList): void {
  const scope = list.scope;
  const host = hostOf(scope);
  const meant = hostMeant(host);
  if (meant.length > 0) {
    const message = new Writer()
      .text("covers only pulls by this very host name, not pulls from ")
      .text(meant);
    const advice = quoted(
      new Writer().text("write "),
      new Writer().text(meant).bytes(scope.from(host.length)).done(),
    );
    out.add(Severity.Warning, HOST_MISTYPED, list.offset, list.path().done(), message.done(), advice.done());
  } else if (host.is("docker.io") && scope.length > host.length) {
    const rest = scope.from(host.length + 1);
    if (!isOfficialImage(rest)) return;
    const message = new Writer()
      .text("covers only images of a user of this name: the official image is docker.io/library/")
      .bytes(rest);
    const advice = quoted(
      new Writer().text("write "),
      new Writer().text("docker.io/library/").bytes(rest).done(),
    );
    out.add(Severity.Warning, OFFICIAL_IMAGE, list.offset, list.path().done(), message.done(), advice.done());
  }
}

function quoted(out: Writer, text: Bytes): Writer {
  return writeEscaped(out.byte(0x22), text, TOLD_BYTES).byte(0x22);
}
