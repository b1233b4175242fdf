import { flag, MalformedCase, text, textOrNull } from "../corpus.js";
import { NOW } from "../judge.js";
import type { Suite } from "../suite.js";

/** Certificates of Fulcio, at the time of a log entry. */
export const fulcio: Suite = {
  name: "fulcio",
  observe(test, { probe }) {
    const time = test["atUnixTime"];
    if (typeof time !== "number") throw new MalformedCase('"atUnixTime" is not a number');
    const requirement = {
      ca: text(test, "caData"),
      oidcIssuer: text(test, "oidcIssuer"),
      subjectEmail: text(test, "subjectEmail"),
    };
    const accept = probe.verifyFulcio(requirement, text(test, "certificate"), text(test, "chain"), time);
    return { upstream: { accept: flag(test, "accept") }, ours: { accept } };
  },
};

/** Certificates of one's own, at the current time. */
export const pki: Suite = {
  name: "pki",
  observe(test, { probe }) {
    const requirement = {
      roots: text(test, "caRootsData"),
      intermediates: textOrNull(test, "caIntermediatesData"),
      subjectEmail: text(test, "subjectEmail"),
      subjectHostname: text(test, "subjectHostname"),
    };
    const now = Number(NOW);
    const accept = probe.verifyPki(requirement, text(test, "certificate"), text(test, "chain"), now);
    return { upstream: { accept: flag(test, "accept") }, ours: { accept } };
  },
};
