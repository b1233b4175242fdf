/** The first descriptor that systemd passes, sd_listen_fds(3). */
const FIRST = 3;

/**
 * The descriptor of the socket that systemd listens on for us; null: there is none. The variables are removed from the
 * environment, so that no child takes the socket for its own. Throws for more than one.
 */
export function takeActivatedSocket(env: NodeJS.ProcessEnv = process.env, pid = process.pid): number | null {
  const { LISTEN_PID: forWhom, LISTEN_FDS: count } = env;
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete env[name];
  if (count === undefined || Number(forWhom) !== pid) return null;
  if (count !== "1") throw new RangeError(`systemd passes ${count} sockets instead of one`);
  return FIRST;
}
