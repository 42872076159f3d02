// Lists of addresses that senders publish: their URLs, and how long they are valid.
import { isLoopbackHost } from "../lib/ip/loopback.js";
import { checkOptions, FLAG, FUNCTION, kindOf, type OptionRule, type OptionRules, shown } from "../lib/options.js";
import type { PublishedAddresses } from "../sender/sender.js";
import { type PublishedList, RefreshedList } from "./refreshed-list.js";

/** How a published list of addresses is fetched and how long a fetched list may be used. */
export interface PublishedOptions {
  /** The age at which a list is refreshed in the background. Default 3,600. */
  readonly refreshSeconds?: number;
  /** The age up to which the last valid list is used while no newer one can be loaded. Default 604,800, seven days. */
  readonly staleSeconds?: number;
  /** The time limit of the response and its body. Default 5. */
  readonly timeoutSeconds?: number;
  /** Allows `http:` URLs of this machine, for tests. */
  readonly allowHttpOnLoopback?: boolean;
  /** A monotonic clock in milliseconds, for tests. Default `performance.now`. */
  readonly now?: () => number;
}

/** An object with a sender's definition, such as every `Sender`. */
export interface HasAddresses {
  readonly name: string;
  readonly definition: { readonly addresses?: PublishedAddresses };
}

/** The source of a list: a known sender's name, an https URL, a location, or a sender whose definition has one. */
export type PublishedSource = KnownList | (string & {}) | PublishedAddresses | HasAddresses;

/** The lists that are known by a sender's name. */
export type KnownList = "github" | "stripe";

const KNOWN: Readonly<Record<KnownList, PublishedAddresses>> = {
  // docs.github.com, REST API endpoints for meta data: "hooks" holds CIDRs of both kinds.
  github: { url: "https://api.github.com/meta", at: "hooks" },
  // docs.stripe.com, Domains and IP addresses: "WEBHOOKS" holds single addresses.
  stripe: { url: "https://stripe.com/files/ips/ips_webhooks.json", at: "WEBHOOKS" },
};

const ABOVE_ZERO: OptionRule = {
  must: "be a number of seconds above 0",
  fits: (value) => Number.isFinite(value) && (value as number) > 0,
};
const RULES: OptionRules<PublishedOptions> = {
  refreshSeconds: ABOVE_ZERO,
  staleSeconds: ABOVE_ZERO,
  timeoutSeconds: ABOVE_ZERO,
  allowHttpOnLoopback: FLAG,
  now: { must: "be a function that returns milliseconds", fits: FUNCTION.fits },
};

/**
 * A sender's published list of addresses, for `allow`.
 *
 * There is no load when it is built and no timer: the first delivery that needs the list loads it, and later ones refresh it
 * in the background. Until a list has been loaded, deliveries get 503 `undecided`: they are neither refused nor accepted.
 * A list with an invalid entry, or one that contains every address, is refused as a whole, and the last valid one is used.
 *
 * Promise: a delivery is checked against a list that is at most `staleSeconds` old. Not promised: that only the sender uses
 * these addresses, so verify signatures as well.
 *
 * @param source - `"github"`, `"stripe"`, an https URL (a JSON array, or one address a line), `{ url, at }` with the path of the array, or a sender.
 * @returns A list for the `allow` option of a receiver.
 * @throws {TypeError} When built without a usable URL, for a sender that publishes no list, or with a bad option.
 * @example createReceiver(github({ secret }), { allow: [published("github")] });
 */
export function published(source: PublishedSource, options: PublishedOptions = {}): PublishedList {
  const { url, at } = locationOf(source);
  checkOptions("published", options, RULES);
  const parsed = urlOf(url, options.allowHttpOnLoopback === true);
  const refreshMs = (options.refreshSeconds ?? 3600) * 1000;
  const staleMs = (options.staleSeconds ?? 7 * 86_400) * 1000;
  const timeoutMs = (options.timeoutSeconds ?? 5) * 1000;
  if (staleMs < refreshMs) {
    throw new TypeError(
      `published: staleSeconds must not be below refreshSeconds; got ${staleMs / 1000} and ${refreshMs / 1000}`,
    );
  }
  if (at !== undefined && typeof at !== "string") {
    throw new TypeError(`published: at must be the path of the array, such as "hooks"; got ${shown(at)}`);
  }
  return new RefreshedList(parsed, at, {
    refreshMs,
    staleMs,
    timeoutMs,
    now: options.now ?? (() => performance.now()),
  });
}

function locationOf(source: PublishedSource): PublishedAddresses {
  if (typeof source === "string") {
    if (Object.hasOwn(KNOWN, source)) return KNOWN[source as KnownList];
    if (source.includes(":")) return { url: source };
    throw new TypeError(
      `published: no list is known for ${JSON.stringify(source)}; known are ${Object.keys(KNOWN).join(", ")}: give its URL, or { url, at }`,
    );
  }
  if (typeof source === "object" && source !== null) {
    if ("url" in source) return source;
    if (source.definition?.addresses !== undefined) return source.definition.addresses;
    if (source.definition !== undefined) {
      throw new TypeError(`published: ${source.name} publishes no list of addresses that is known here: give its URL`);
    }
  }
  throw new TypeError(
    `published: source must be a name such as "github", an https URL, { url, at }, or a sender; got ${kindOf(source)}`,
  );
}

function urlOf(text: string, allowsLoopback: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The message does not quote the URL, which may hold a token.
  if (url === undefined) {
    throw new TypeError(
      `published: url must be an absolute https URL, such as "https://example.com/ips.json"; got ${typeof text === "string" ? "a text that is none" : kindOf(text)}`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("published: url must not hold a user name or password");
  }
  const isLoopback = url.protocol === "http:" && isLoopbackHost(url.hostname);
  if (url.protocol === "https:" || (isLoopback && allowsLoopback)) return url;
  throw new TypeError(
    `published: url must begin with https:, since anyone on the network path could change the list; got ${url.protocol}//${url.host}`,
  );
}
