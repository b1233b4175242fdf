/** The codes of denials that the plugin gives by itself; the daemon's own codes are passed on. */
export type PluginCode =
  | "daemon-unreachable"
  | "daemon-timeout"
  | "daemon-untrusted"
  | "daemon-protocol"
  | "request-malformed"
  | "usage";

/** The plugin's reason to deny. `message` is one lower-case sentence without a full stop. */
export class Denial extends Error {
  constructor(
    readonly code: PluginCode,
    message: string,
  ) {
    super(message);
  }
}
