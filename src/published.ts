// Which addresses does a sender say it sends from? Its published list: loaded on first need, refreshed, kept while good.
import { type AddressRanges, compileRanges } from "./checks/address-ranges.js";
import { WebhookError } from "./errors.js";
import { memberOf } from "./field.js";
import { refuseUnknownKeys } from "./internal/known-keys.js";
import { kindOf, shown } from "./internal/what-came.js";
import type { PublishedAddresses } from "./sender.js";

/** A sender's list of addresses, for `allow`. Made by `published(…)`. */
export interface PublishedList {
  /** Without its query, which may hold a token. */
  readonly url: string;
  /**
   * Loads the list now, so that the first delivery need not wait.
   *
   * @throws {WebhookError} `undecided` where the list could not be had; deliveries will try again.
   */
  load(): Promise<void>;
  /** The list as it is known; `undefined` before the first load and past `staleSeconds`. Starts a refresh that is due. */
  current(): AddressRanges | undefined;
  /** The list, waited for at most `timeoutSeconds`; `undefined` where it could not be had. Never rejects. */
  ready(): Promise<AddressRanges | undefined>;
  /** Why the last attempt failed, for the operator; `undefined` after a good one. */
  readonly problem: string | undefined;
  /** Seconds until the next attempt is made; 0 where one may be made now. */
  readonly retryAfterSeconds: number;
}

export interface PublishedOptions {
  /** Age at which a list is loaded again, in the background. Default 3,600. */
  readonly refreshSeconds?: number;
  /** Age up to which the last good list counts while no newer one can be had. Default 604,800: seven days. */
  readonly staleSeconds?: number;
  /** Longest wait for an answer and its body. Default 5. */
  readonly timeoutSeconds?: number;
  /** Lets `http:` URLs of the own machine be used. For tests. */
  readonly allowHttpOnLoopback?: boolean;
  /** Milliseconds on a clock that never steps back. Default `performance.now`. For tests. */
  readonly now?: () => number;
}

/** Anything with a sender's definition; every `Sender` fits. */
export interface HasAddresses {
  readonly name: string;
  readonly definition: { readonly addresses?: PublishedAddresses };
}

/** What `published` takes: a known sender's name, an https URL, where a list is, or a sender that says where. */
export type PublishedSource = KnownList | (string & {}) | PublishedAddresses | HasAddresses;

/** Senders whose list is found by name. */
export type KnownList = "github" | "stripe";

const KNOWN: Readonly<Record<KnownList, PublishedAddresses>> = {
  // docs.github.com, REST API endpoints for meta data: "hooks" holds CIDRs of both kinds.
  github: { url: "https://api.github.com/meta", at: "hooks" },
  // docs.stripe.com, Domains and IP addresses: "WEBHOOKS" holds single addresses.
  stripe: { url: "https://stripe.com/files/ips/ips_webhooks.json", at: "WEBHOOKS" },
};

/** GitHub's document, the largest we know, is about 250 KB. */
const MAX_LIST_BYTES = 1_048_576;
const FIRST_PAUSE_SECONDS = 1;
/** A sender that is refused for want of a list comes again within minutes; so should we. */
const MAX_PAUSE_SECONDS = 300;
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const OPTION_KEYS: readonly (keyof PublishedOptions)[] = [
  "refreshSeconds",
  "staleSeconds",
  "timeoutSeconds",
  "allowHttpOnLoopback",
  "now",
];

/**
 * A sender's published list of addresses, for `allow`.
 *
 * Nothing is loaded when built, and there is no timer: the first delivery that needs the list loads it, and later ones
 * refresh it in the background. While no list was ever had the answer is 503 `undecided`, never a refusal and never open.
 * A list with one bad entry, or one that holds every address, is refused whole and the last good one is kept.
 *
 * Promise: a delivery is judged by a list that is at most `staleSeconds` old. Not promised: that the sender is the only
 * one behind these addresses, so keep the proof of origin.
 *
 * @param source - `"github"`, `"stripe"`, an https URL (a JSON array, or one address a line), `{ url, at }` with the path of the array, or a sender.
 * @throws {TypeError} When built without a usable URL, for a sender that publishes none, or with a bad option.
 * @example createReceiver(github({ secret }), { allow: [published("github")] });
 */
export function published(source: PublishedSource, options: PublishedOptions = {}): PublishedList {
  const { url, at } = locationOf(source);
  refuseUnknownKeys("published", options, OPTION_KEYS);
  const parsed = urlOf(url, options.allowHttpOnLoopback === true);
  const refreshMs = secondsOf(options, "refreshSeconds", 3600) * 1000;
  const staleMs = secondsOf(options, "staleSeconds", 7 * 86_400) * 1000;
  const timeoutMs = secondsOf(options, "timeoutSeconds", 5) * 1000;
  if (staleMs < refreshMs) {
    throw new TypeError(
      `published: staleSeconds must not be below refreshSeconds; got ${staleMs / 1000} and ${refreshMs / 1000}`,
    );
  }
  if (options.now !== undefined && typeof options.now !== "function") {
    throw new TypeError(`published: now must be a function that returns milliseconds; got ${shown(options.now)}`);
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

interface Times {
  readonly refreshMs: number;
  readonly staleMs: number;
  readonly timeoutMs: number;
  readonly now: () => number;
}

class RefreshedList implements PublishedList {
  readonly url: string;
  readonly #address: string;
  readonly #at: string | undefined;
  readonly #times: Times;
  #ranges: AddressRanges | undefined;
  #loadedAtMs = 0;
  #failures = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #inFlight: Promise<void> | undefined;
  #problem: string | undefined;
  #cause: unknown;

  constructor(url: URL, at: string | undefined, times: Times) {
    this.url = `${url.origin}${url.pathname}`;
    this.#address = url.href;
    this.#at = at;
    this.#times = times;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  get retryAfterSeconds(): number {
    return Math.max(0, Math.ceil((this.#notBeforeMs - this.#times.now()) / 1000));
  }

  current(): AddressRanges | undefined {
    if (this.#ranges === undefined) return undefined;
    const ageMs = this.#times.now() - this.#loadedAtMs;
    if (ageMs >= this.#times.refreshMs) void this.#refresh();
    if (ageMs >= this.#times.staleMs) this.#ranges = undefined;
    return this.#ranges;
  }

  async ready(): Promise<AddressRanges | undefined> {
    const known = this.current();
    if (known !== undefined) return known;
    await this.#refresh();
    return this.#ranges;
  }

  async load(): Promise<void> {
    if ((await this.ready()) !== undefined) return;
    throw new WebhookError("undecided", this.#problem ?? `${this.url} could not be loaded`, { cause: this.#cause });
  }

  /** One at a time, and none during a pause after failures. Never rejects: most callers do not wait. */
  #refresh(): Promise<void> {
    if (this.#inFlight !== undefined) return this.#inFlight;
    if (this.#times.now() < this.#notBeforeMs) return Promise.resolve();
    this.#inFlight = this.#attempt().finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #attempt(): Promise<void> {
    try {
      const text = await fetchText(this.#address, this.#times.timeoutMs);
      this.#ranges = compileList(text, this.#at);
      this.#loadedAtMs = this.#times.now();
      this.#failures = 0;
      this.#problem = undefined;
      this.#cause = undefined;
    } catch (error) {
      const pauseSeconds = Math.min(FIRST_PAUSE_SECONDS * 2 ** this.#failures++, MAX_PAUSE_SECONDS);
      this.#notBeforeMs = this.#times.now() + pauseSeconds * 1000;
      this.#problem = `the address list ${this.url} could not be had: ${reasonOf(error)}`;
      this.#cause = error;
    }
  }
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
      throw new TypeError(`published: ${source.name} publishes no list of addresses that we know of: give its URL`);
    }
  }
  throw new TypeError(
    `published: source must be a name such as "github", an https URL, { url, at }, or a sender; got ${kindOf(source)}`,
  );
}

function urlOf(text: string, allowsLoopback: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Not the text: a list's URL may hold a token.
  if (url === undefined) {
    throw new TypeError(
      `published: url must be an absolute https URL, such as "https://example.com/ips.json"; got ${typeof text === "string" ? "a text that is none" : kindOf(text)}`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("published: url must not hold a user name or password");
  }
  const isLoopback = url.protocol === "http:" && LOOPBACK_HOSTS.has(url.hostname);
  if (url.protocol === "https:" || (isLoopback && allowsLoopback)) return url;
  throw new TypeError(
    `published: url must begin with https:, or whoever is in between decides who may send; got ${url.protocol}//${url.host}`,
  );
}

function secondsOf(
  options: PublishedOptions,
  name: "refreshSeconds" | "staleSeconds" | "timeoutSeconds",
  byDefault: number,
): number {
  const seconds = options[name] ?? byDefault;
  if (typeof seconds === "number" && seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new TypeError(`published: ${name} must be a number of seconds above 0; got ${shown(seconds)}`);
}

/** What an operator can act on. Only these texts reach a hint. */
class ListError extends Error {}

async function fetchText(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, {
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: "application/json, text/plain;q=0.9", "user-agent": "hookgate" },
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    const isRedirect = response.status >= 300 && response.status < 400;
    throw new ListError(`it answered ${response.status}${isRedirect ? ", and redirects are not followed" : ""}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > MAX_LIST_BYTES) throw new ListError(`it is larger than ${MAX_LIST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function compileList(text: string, at: string | undefined): AddressRanges {
  const entries = entriesOf(text, at);
  try {
    return compileRanges(entries, { option: "the list" });
  } catch (cause) {
    throw new ListError((cause as TypeError).message, { cause });
  }
}

/** A JSON array at a path with dots, or one address a line with `#` comments. What is in it is judged when compiled. */
function entriesOf(text: string, at: string | undefined): readonly string[] {
  const isText = at === undefined && !text.trimStart().startsWith("[");
  if (isText) {
    const lines = text.split("\n").map((line) => line.trim());
    return lines.filter((line) => line !== "" && !line.startsWith("#"));
  }
  const document = parseJson(text);
  const found = at === undefined || at === "" ? document : memberOf(document, at);
  if (!Array.isArray(found)) throw new ListError(`it has no array at ${JSON.stringify(at ?? "")}`);
  return found as readonly string[];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ListError("it is not JSON");
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ListError) return error.message;
  if (!(error instanceof Error)) return "loading failed";
  if (error.name === "TimeoutError") return "it did not answer in time";
  // fetch keeps what happened in the cause: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED, …
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? `the connection failed (${cause.code})` : "the connection failed";
}
