/** Exit statuses of every command, for scripts. */
export const EXIT = {
  /** Everything asked about is allowed; everything checked is in order. */
  ok: 0,
  /** Something is denied, or not in order. */
  denied: 1,
  /** The command line or the configuration (the policy, a file it names on the command line) is wrong. */
  usage: 2,
  /** No decision could be made: a registry, a daemon or the core did not answer. */
  undecided: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
