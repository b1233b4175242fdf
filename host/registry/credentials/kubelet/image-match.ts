/**
 * Whether an image (host and repository, without a tag) is one that a pattern of kubelet means: as many domain labels,
 * each matching, the same port, and a path that the image's begins with. `*` and `?` stand within a label of the
 * domain. Source: kubelet's credentialprovider.URLsMatch.
 */
export function matchesImage(pattern: string, image: string): boolean {
  const wanted = split(pattern.replace(/^https?:\/\//, ""));
  const given = split(image);
  return (
    wanted.port === given.port &&
    wanted.labels.length === given.labels.length &&
    given.path.startsWith(wanted.path) &&
    wanted.labels.every((label, i) => matchesLabel(label, given.labels[i] as string))
  );
}

function split(name: string): { labels: string[]; port: string; path: string } {
  const slash = name.indexOf("/");
  const host = slash < 0 ? name : name.slice(0, slash);
  const colon = host.lastIndexOf(":");
  return {
    labels: (colon < 0 ? host : host.slice(0, colon)).split("."),
    port: colon < 0 ? "" : host.slice(colon + 1),
    path: slash < 0 ? "" : name.slice(slash),
  };
}

function matchesLabel(pattern: string, label: string): boolean {
  const literal = pattern.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(label);
}
