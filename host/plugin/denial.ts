/** What stands before the colon of a denial that the plugin gives itself; the daemon's own codes are passed on. */
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
