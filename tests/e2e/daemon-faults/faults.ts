// What can be wrong with a daemon. In each case an image is pulled that a sound daemon would accept.
import { chmodSync, chownSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TestContext } from "node:test";

import type { PluginCode } from "../../../host/plugin/denial.js";
import {
  accepted,
  fakeDaemon,
  fakeServer,
  framed,
  type Misbehaviour,
  send,
} from "../../host/plugin/fake-daemon.js";
import { type Outcome, refused } from "../outcome.js";
import type { Scene } from "./scene.js";

export interface DaemonFault {
  readonly fault: string;
  /** Who answers in the daemon's place; the path of their socket. */
  readonly liar?: (t: TestContext) => Promise<string>;
  /** What is done before the pull. */
  readonly before?: (scene: Scene) => Promise<void>;
  readonly outcome: Outcome;
}

const SOMEBODY = 4242;
const OTHER_DIGEST = `sha256:${"cd".repeat(32)}`;

/** A sentence of the plugin's. */
const denied = (code: PluginCode, sentence: RegExp) =>
  refused(code, new RegExp(`^${code}: ${sentence.source}\\n?$`));

const liar = (fault: string, code: PluginCode, sentence: RegExp, respond: Misbehaviour): DaemonFault => ({
  fault: `a liar in its place, which ${fault}`,
  liar: (t) => fakeDaemon(t, respond),
  outcome: denied(code, sentence),
});

const answering =
  (changes: Parameters<typeof accepted>[1]): Misbehaviour =>
  (stream, request) =>
    send(stream, framed(accepted(request, changes)));

const NOBODY_LISTENS = /no daemon at \S+\/verifier\.sock \(ECONNREFUSED\): is "countersign serve" running\?/;
const BROKEN_OFF = /(the answer was broken off|the connection failed: \w+); the daemon's log may say more/;
const NO_VERDICT = /no verdict within 9000 ms: the daemon does not answer/;
const NOT_WELL_FORMED = /the answer is not well-formed: do plugin and daemon differ in version\?/;
const another = (member: string) => new RegExp(`the answer is not to this request: its ${member} is another`);

/** Each takes until the plugin's own deadline. */
export const WAITS: readonly DaemonFault[] = [
  {
    fault: "hung before the pull",
    before: async (scene) => (await scene.daemon()).signal("SIGSTOP"),
    outcome: denied("daemon-timeout", NO_VERDICT),
  },
  {
    fault: "hung in the middle of a request",
    before: async (scene) => {
      const daemon = await scene.daemon();
      scene.onQuestion = () => {
        daemon.signal("SIGSTOP");
        return { manner: "silence" };
      };
    },
    outcome: denied("daemon-timeout", NO_VERDICT),
  },
  liar("accepts and does not end", "daemon-timeout", NO_VERDICT, (stream, request) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    stream.write(framed(accepted(request)));
  }),
];

export const FAULTS: readonly DaemonFault[] = [
  {
    fault: "absent",
    outcome: denied(
      "daemon-unreachable",
      /no daemon at \S+\/verifier\.sock \(ENOENT\): is "countersign serve" running\?/,
    ),
  },
  {
    fault: "killed before the pull",
    before: async (scene) => {
      const daemon = await scene.daemon();
      daemon.signal("SIGKILL");
      await daemon.ended();
    },
    outcome: denied("daemon-unreachable", NOBODY_LISTENS),
  },
  {
    fault: "killed in the middle of a request",
    before: async (scene) => {
      const daemon = await scene.daemon();
      scene.onQuestion = () => {
        daemon.signal("SIGKILL");
        return { manner: "silence" };
      };
    },
    outcome: denied("daemon-protocol", BROKEN_OFF),
  },
  {
    fault: "its socket owned by somebody else",
    before: async (scene) => {
      await scene.daemon();
      chownSync(scene.socket, SOMEBODY, SOMEBODY);
    },
    outcome: denied("daemon-untrusted", /\S+\/verifier\.sock belongs to user 4242, not to root or user 0/),
  },
  {
    fault: "its socket's folder owned by somebody else",
    before: async (scene) => {
      await scene.daemon();
      chownSync(dirname(scene.socket), SOMEBODY, SOMEBODY);
    },
    outcome: denied("daemon-untrusted", /\S+ belongs to user 4242, not to root or user 0/),
  },
  {
    fault: "its socket's folder open to everybody",
    before: async (scene) => {
      await scene.daemon();
      chmodSync(dirname(scene.socket), 0o1777);
    },
    outcome: denied("daemon-untrusted", /\S+ may be written to by others/),
  },
  {
    fault: "a file in the place of its socket",
    before: async (scene) => {
      await scene.daemon();
      rmSync(scene.socket);
      writeFileSync(scene.socket, "", { mode: 0o600 });
    },
    outcome: denied("daemon-untrusted", /\S+\/verifier\.sock is not a socket.*/),
  },
  {
    fault: "its core trapped by force",
    before: async (scene) => {
      const daemon = await scene.damageableDaemon();
      daemon.signal("SIGUSR2");
      await daemon.until("the core is not damaged", () => /^damaged$/m.test(daemon.output));
    },
    outcome: refused("core-fault", /^core-fault: the core failed on this image: see the log\n?$/),
  },
  liar(
    "answers for another digest",
    "daemon-untrusted",
    another("digest"),
    answering({ digest: OTHER_DIGEST }),
  ),
  liar("answers for another name", "daemon-untrusted", another("name"), answering({ name: "app:1" })),
  liar(
    "repeats an old answer",
    "daemon-untrusted",
    another("nonce"),
    answering({ nonce: Buffer.alloc(16, 7) }),
  ),
  liar("gives two answers", "daemon-protocol", /there is more than one answer; .*/, (stream, request) => {
    send(stream, Buffer.concat([framed(accepted(request)), framed(accepted(request))]));
  }),
  liar("gives half an answer", "daemon-protocol", /the answer is incomplete; .*/, (stream, request) => {
    send(stream, framed(accepted(request)).subarray(0, 40));
  }),
  liar("gives none", "daemon-protocol", /there is no answer in the stream; .*/, (stream) => {
    send(stream, Buffer.alloc(0));
  }),
  liar(
    "says yes with the code of a denial",
    "daemon-protocol",
    NOT_WELL_FORMED,
    answering({ code: "no-signature" }),
  ),
  liar("says yes and fails", "daemon-protocol", /grpc status 13; .*/, (stream, request) => {
    send(stream, framed(accepted(request)), { "grpc-status": "13" });
  }),
  {
    fault: "a liar in its place, which speaks something else",
    liar: (t) => fakeServer(t, (connection) => connection.end("HTTP/1.1 200 OK\r\n\r\naccepted: yes")),
    outcome: refused("daemon-protocol", /^daemon-protocol: [^\n]+\n?$/),
  },
];
