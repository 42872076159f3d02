// The options of an inspector, checked and completed.
import type { IncomingMessage } from "node:http";
import { CHECKED_LATER, checkOptions, FLAG, kindOf, type OptionRules, shown } from "../lib/options.js";

/** What the viewer may do: `true` everything, `"read"` look and start nothing, `false` nothing. */
export type Permission = boolean | "read";

/** Options of `inspector`. */
export interface InspectorOptions {
  /**
   * Who may look. Default: whoever knows the token that is printed at the start, and calls from this machine, by one of its
   * own names. Given it decides alone, for every request, and needs `hosts`.
   */
  readonly authorize?: (req: IncomingMessage) => Permission | PromiseLike<Permission>;
  /**
   * Without `authorize`: the token to sign in with, 32 characters or more, from the environment say. It stays good over
   * restarts, and is not printed. Default: a random one, which is.
   */
  readonly token?: string | undefined;
  /** Without `authorize`: where the page is, such as `http://localhost:3000/hookgate`, to be printed with the token. */
  readonly url?: string | undefined;
  /** Names that the page is reached by, without port, such as `ops.example.com`; beside `localhost`, `127.0.0.1` and `[::1]`. Any other Host is refused, against DNS rebinding. */
  readonly hosts?: readonly string[];
  /** Nobody sends, replays or redrives from here. Default false. */
  readonly readOnly?: boolean;
  /** Deliveries kept in memory; older ones are forgotten. Default 500. */
  readonly keepDeliveries?: number;
  /** So many bytes of each body are kept; 0 keeps none. Default 32,768. */
  readonly keepBodyBytes?: number;
  /** Headers, query parameters and members of bodies that are not shown either, by name. Credentials never are. */
  readonly scrub?: readonly string[];
}

export interface InspectorSettings {
  readonly authorize: InspectorOptions["authorize"] | undefined;
  readonly token: string | undefined;
  readonly url: string | undefined;
  /** Lower case, without port. */
  readonly hosts: ReadonlySet<string>;
  readonly readOnly: boolean;
  readonly keepDeliveries: number;
  readonly keepBodyBytes: number;
  readonly scrub: readonly string[];
}

const RULES: OptionRules<InspectorOptions> = {
  authorize: CHECKED_LATER,
  token: CHECKED_LATER,
  url: CHECKED_LATER,
  hosts: CHECKED_LATER,
  readOnly: FLAG,
  keepDeliveries: CHECKED_LATER,
  keepBodyBytes: CHECKED_LATER,
  scrub: CHECKED_LATER,
};
const OTHER_NAMES = {
  authorise: "authorize",
  auth: "authorize",
  maxDeliveries: "keepDeliveries",
  maxBodyBytes: "keepBodyBytes",
  readonly: "readOnly",
  allowedHosts: "hosts",
  redact: "scrub",
  secret: "token",
  password: "token",
};
const KEEP_DELIVERIES = 500;
const KEEP_BODY_BYTES = 32_768;
/** The page lists them all. */
const MAX_DELIVERIES = 5_000;
/** A body is kept whole or in part; this is what one answer may hold. */
const MAX_BODY_BYTES = 1_048_576;
/** Not to be guessed, and safe behind a # and in JSON. */
const TOKEN = /^[\w.~-]{32,512}$/;
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

/** @throws {TypeError} That names the option, says what it must be and what came. */
export function toSettings(options: InspectorOptions): InspectorSettings {
  checkOptions("inspector", options, RULES, OTHER_NAMES);
  const { authorize, token, url, hosts, readOnly = false, scrub = [] } = options;
  if (authorize !== undefined && typeof authorize !== "function")
    throw wrong("authorize", "a function of the request", authorize);
  if (token !== undefined && (typeof token !== "string" || !TOKEN.test(token)))
    throw new TypeError("inspector: token must be a text of 32 or more letters, digits, _ - . or ~");
  if (url !== undefined && !(typeof url === "string" && /^https?:\/\/[^#?\s]+$/.test(url)))
    throw wrong("url", "where the page is, such as http://localhost:3000/hookgate", url);
  if (authorize !== undefined && (token !== undefined || url !== undefined)) {
    throw new TypeError("inspector: token and url are for an inspector without authorize, which decides alone");
  }
  if (authorize !== undefined && hosts === undefined) {
    throw new TypeError(
      'inspector: hosts is required with authorize: the names this page is reached by, such as hosts: ["ops.example.com"]; any page of the web could name itself otherwise',
    );
  }
  return {
    authorize,
    token,
    url,
    hosts: new Set([...LOOPBACK_NAMES, ...names("hosts", hosts ?? []).map(hostOf)]),
    readOnly,
    keepDeliveries: whole("keepDeliveries", options.keepDeliveries ?? KEEP_DELIVERIES, 1, MAX_DELIVERIES),
    keepBodyBytes: whole("keepBodyBytes", options.keepBodyBytes ?? KEEP_BODY_BYTES, 0, MAX_BODY_BYTES),
    scrub: names("scrub", scrub),
  };
}

function hostOf(host: string): string {
  if (/^(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/i.test(host)) return host.toLowerCase();
  throw wrong("hosts", "names without scheme, port or path, such as ops.example.com", host);
}

function names(option: string, value: readonly string[]): readonly string[] {
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string" && one !== ""))
    throw wrong(option, "a list of texts", value);
  return value;
}

function whole(option: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw wrong(option, `a whole number from ${least} to ${most}`, value);
}

function wrong(option: string, must: string, came: unknown): TypeError {
  const what = typeof came === "string" || typeof came === "number" ? shown(came) : kindOf(came);
  return new TypeError(`inspector: ${option} must be ${must}; got ${what}`);
}
