// Lists the URLs that a sender may have called when the receiver is behind a proxy.

/** The parts of a delivery that give hints about its URL. */
export interface CalledUrl {
  /** A request target or an absolute URL. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
}

const PORT = /:\d+$/;
/** The largest number of URLs; more would be guesses. */
const MAX_VARIANTS = 200;

/** Absolute URLs, the most likely first. */
export function urlVariants(recorded: CalledUrl, publicUrls: readonly string[]): readonly string[] {
  const header = (name: string): string | undefined =>
    recorded.headers
      .find(([one]) => one.toLowerCase() === name)?.[1]
      .split(",")[0]
      ?.trim();
  const forwarded = header("forwarded") ?? "";
  const given = [...publicUrls, recorded.url].map(partsOf);
  const target = partsOf(recorded.url).target;
  const hosts = present([
    ...given.map(({ host }) => host),
    header("x-forwarded-host"),
    header("x-original-host"),
    /host="?([^;,"]+)/i.exec(forwarded)?.[1],
    header("host"),
  ]);
  const ports = present([header("x-forwarded-port")]);
  const prefix = header("x-forwarded-prefix")?.replace(/\/$/, "") ?? "";
  const targets = present([
    target,
    ...given.map((one) => one.target),
    header("x-original-uri"),
    header("x-original-url"),
    header("x-rewrite-url"),
    prefix === "" ? undefined : prefix + target,
  ]).flatMap((one) => [one, withSlash(one), one.split("?", 1)[0] as string]);
  const schemes = present([header("x-forwarded-proto"), "https", "http"]);
  const urls = new Set<string>();
  for (const path of targets) {
    for (const host of hosts.flatMap((one) => [
      one,
      one.replace(PORT, ""),
      ...ports.map((port) => `${one.replace(PORT, "")}:${port}`),
    ])) {
      for (const scheme of schemes) urls.add(`${scheme}://${host}${path}`);
      if (urls.size >= MAX_VARIANTS) return [...urls].slice(0, MAX_VARIANTS);
    }
  }
  return [...urls];
}

function partsOf(url: string): { readonly host: string | undefined; readonly target: string } {
  const [, host, target = ""] = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(url) ?? [];
  return host === undefined ? { host, target: url } : { host, target: target === "" ? "/" : target };
}

function withSlash(target: string): string {
  const [path = "", query] = target.split(/\?(.*)/s, 2);
  const other = path.endsWith("/") && path.length > 1 ? path.slice(0, -1) : `${path}/`;
  return query === undefined ? other : `${other}?${query}`;
}

function present(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value): value is string => value !== undefined && value !== ""))];
}
