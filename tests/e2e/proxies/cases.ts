/** Whether a host and port is asked through the proxy, under a NO_PROXY. */
export interface Decision {
  readonly noProxy: string;
  readonly host: string;
  readonly isProxied: boolean;
}

const PORT = 5443;

const decisions = (noProxy: string, proxied: readonly string[], straight: readonly string[]): Decision[] => [
  ...proxied.map((host) => ({ noProxy, host: `${host}:${PORT}`, isProxied: true })),
  ...straight.map((host) => ({ noProxy, host: `${host}:${PORT}`, isProxied: false })),
];

const NAMES = ["registry.test", "a.registry.test", "otherregistry.test"] as const;
const [REGISTRY, BELOW, OTHER] = NAMES;

export const DECISIONS: readonly Decision[] = [
  ...decisions("", [REGISTRY, "10.1.2.3", "[fd00::1]"], ["127.0.0.1", "127.8.9.10", "localhost", "[::1]"]),
  ...decisions("registry.test", [OTHER, "10.1.2.3"], [REGISTRY, BELOW]),
  ...decisions(".registry.test", [REGISTRY, OTHER], [BELOW]),
  ...decisions("*.registry.test", [REGISTRY, OTHER], [BELOW]),
  ...decisions("REGISTRY.TEST", [OTHER], [REGISTRY]),
  ...decisions(" x.test , registry.test ", [OTHER], [REGISTRY]),
  ...decisions("x.test registry.test", [REGISTRY], []),
  ...decisions(`registry.test:${PORT}`, [OTHER], [REGISTRY, BELOW]),
  ...decisions("registry.test:443", [REGISTRY, BELOW], []),
  ...decisions("test", [], [REGISTRY, OTHER]),
  ...decisions("*", [], [REGISTRY, "10.1.2.3"]),
  ...decisions("x.test,*", [], [REGISTRY]),
  ...decisions("re*.test", [REGISTRY], []),
  ...decisions(`:${PORT}`, [REGISTRY], []),
  ...decisions("10.0.0.0/8", [REGISTRY, "192.168.7.7"], ["10.1.2.3"]),
  ...decisions("10.1.2.3/32,192.168.0.0/16", ["10.1.2.4"], ["10.1.2.3", "192.168.7.7"]),
  ...decisions("10.1.2.3", ["10.1.2.4"], ["10.1.2.3"]),
  ...decisions(`10.1.2.3:${PORT}`, ["10.1.2.4"], ["10.1.2.3"]),
  ...decisions("10.1.2.3:443", ["10.1.2.3"], []),
  ...decisions("10.0.0.0/33", ["10.1.2.3"], []),
  ...decisions("10.1.2", ["10.1.2.3"], []),
  ...decisions("1.2.3", ["10.1.2.3"], []),
  ...decisions("fd00::/8", ["10.1.2.3"], ["[fd00::1]"]),
  ...decisions("fd00::1", [], ["[fd00::1]"]),
  ...decisions(`[fd00::1]:${PORT}`, [], ["[fd00::1]"]),
  ...decisions("[fd00::1]", ["[fd00::1]"], []),
];

/** Those that an image's name can be asked for by skopeo: it has no addresses of IPv6. */
export const DECISIONS_ON_NAMES = DECISIONS.filter(({ host }) => !host.startsWith("["));

/** An environment with a proxy in it, and what is to come of it for https. */
export interface ProxyEnvironment {
  readonly title: string;
  /** `proxy`: host and port. */
  readonly environment: (proxy: string) => Readonly<Record<string, string>>;
  /** Null: the proxy is not used. */
  readonly expected: { readonly authorization: string | null } | null;
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

export const ENVIRONMENTS: readonly ProxyEnvironment[] = [
  {
    title: "a URL",
    environment: (proxy) => ({ HTTPS_PROXY: `http://${proxy}` }),
    expected: { authorization: null },
  },
  {
    title: "host and port",
    environment: (proxy) => ({ HTTPS_PROXY: proxy }),
    expected: { authorization: null },
  },
  {
    title: "in lower case",
    environment: (proxy) => ({ https_proxy: `http://${proxy}/` }),
    expected: { authorization: null },
  },
  {
    title: "upper case comes first",
    environment: (proxy) => ({ HTTPS_PROXY: proxy, https_proxy: "http://127.0.0.1:1" }),
    expected: { authorization: null },
  },
  {
    title: "that of http is for http",
    environment: (proxy) => ({ HTTP_PROXY: proxy, ALL_PROXY: proxy }),
    expected: null,
  },
  {
    title: "with a user",
    environment: (proxy) => ({ HTTPS_PROXY: `http://ada:s3cret@${proxy}` }),
    expected: { authorization: basic("ada:s3cret") },
  },
  {
    title: "with a user, without a scheme",
    environment: (proxy) => ({ HTTPS_PROXY: `ada:s3cret@${proxy}` }),
    expected: { authorization: basic("ada:s3cret") },
  },
  {
    title: "with a password that is escaped",
    environment: (proxy) => ({ HTTPS_PROXY: `http://ada:p%40ss%3Aword%2F@${proxy}` }),
    expected: { authorization: basic("ada:p@ss:word/") },
  },
  {
    title: "with a user without a password",
    environment: (proxy) => ({ HTTPS_PROXY: `http://ada@${proxy}` }),
    expected: { authorization: basic("ada:") },
  },
  {
    title: "upper case NO_PROXY comes first",
    environment: (proxy) => ({ HTTPS_PROXY: proxy, NO_PROXY: "x.test", no_proxy: "registry.test" }),
    expected: { authorization: null },
  },
  {
    title: "lower case NO_PROXY",
    environment: (proxy) => ({ HTTPS_PROXY: proxy, no_proxy: "registry.test" }),
    expected: null,
  },
];
