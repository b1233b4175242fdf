/** The one user that private registries of the tests know. */
export const USER = { username: "node-7", password: "password-0ddba11-9d41" } as const;

/** The user as Apache's htpasswd(1) writes one: bcrypt at cost 4, the lowest there is. */
export const HTPASSWD = `${USER.username}:$2y$04$countersigntestsregiselyBgNWhABAkG0VRU0EuHTwsSpibzY1.`;

/** What follows `Authorization: ` when the user shows the password. */
export const BASIC = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString("base64")}`;

/** The user's password for these registries, in the form of Docker's config.json and containers' auth.json. */
export function authFile(...hosts: readonly string[]): string {
  const auth = BASIC.replace(/^Basic /, "");
  return JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth }])) });
}
