import { flag, list, operation, text, unknownOperation } from "../corpus.js";
import type { Suite } from "../suite.js";

/** Rekor's signed entry timestamps. */
export const rekorSet: Suite = {
  name: "rekor-set",
  observe(test, subject) {
    const { probe } = subject;
    switch (operation(test)) {
      case "verifySET": {
        const time = probe.verifyLogEntry(
          text(test, "set"),
          text(test, "keyOrCertPEM"),
          text(test, "signatureBase64"),
          text(test, "payloadBase64"),
          list(test, "rekorPublicKeys").map(String),
        );
        return {
          upstream: flag(test, "accept") ? { time: test["integratedTime"] } : null,
          ours: time === null ? null : { time },
        };
      }
      case "parseSET":
        return { upstream: flag(test, "valid"), ours: probe.isLogEntry(text(test, "input")) };
      case "parseSETPayload":
        return { upstream: flag(test, "valid"), ours: probe.isLogPayload(text(test, "input")) };
      default:
        throw unknownOperation(test);
    }
  },
};
