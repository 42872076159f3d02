// The URL that a delivery is sent to: the target's own URL and path, with the query of the signed URL.
import { targetOf } from "../auth/request/signable-request.js";
import type { SignedDelivery } from "./compose.js";
import type { Destination } from "./http-client.js";

/** The destination of a target URL, with the query of the signed URL added to its own. */
export function destinationAt(url: string, signed: SignedDelivery, path: string | undefined): Destination {
  const { protocol, hostname, port } = parsedUrl(url);
  const [ownPath, ownQuery] = splitTarget(targetOf(url));
  const [, query] = splitTarget(targetOf(signed.url));
  // A target URL that equals the signed one keeps its query once.
  const isWithin = ownQuery !== undefined && `${query}&`.startsWith(`${ownQuery}&`);
  const joined = [isWithin ? undefined : ownQuery, query].filter((part) => part !== undefined && part !== "").join("&");
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? undefined : Number(port),
    isTls: protocol === "https:",
    isOwn: false,
    target: (path ?? ownPath) + (joined === "" ? "" : `?${joined}`),
  };
}

/** The path and query of a URL, with another path where one is given. */
export function targetWith(url: string, path: string | undefined): string {
  const own = targetOf(url);
  if (path === undefined) return own;
  const [, query] = splitTarget(own);
  return query === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

function splitTarget(target: string): readonly [string, string | undefined] {
  const at = target.indexOf("?");
  return at < 0 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)];
}

export function parsedUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return parsed;
  throw new TypeError(
    `send(target, …): a target that is a text must be an absolute http(s) URL, such as "http://127.0.0.1:3000/webhooks/stripe"; got ${JSON.stringify(url)}`,
  );
}
