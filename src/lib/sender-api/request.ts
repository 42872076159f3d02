// Builds the URL, the headers and the body of a call of a sender's API.
import { isLoopbackHost } from "../ip/loopback.js";

/** One call of a sender's API. */
export interface ApiCall {
  /** What the call does, as it follows "could not": `list the webhooks`. */
  readonly what: string;
  /** Default GET. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Relative to the base URL, or absolute where the previous answer named it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  /** As `application/x-www-form-urlencoded`. */
  readonly form?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the call may be repeated. Default: true for every method but POST. */
  readonly isRepeatable?: boolean;
  /** Only the status counts; the body need not be JSON. */
  readonly isBodyIgnored?: boolean;
}

/** What a sender's API answered. */
/** The parts of `fetch`'s options that depend on the call. */
export interface CallRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function requestOf(call: ApiCall): CallRequest {
  const method = call.method ?? "GET";
  if (call.json !== undefined) {
    return {
      method,
      headers: { "content-type": "application/json", ...call.headers },
      body: JSON.stringify(call.json),
    };
  }
  if (call.form === undefined) return { method, headers: { ...call.headers } };
  const form = new URLSearchParams();
  for (const [name, value] of call.form) form.append(name, value);
  return {
    method,
    headers: { "content-type": "application/x-www-form-urlencoded", ...call.headers },
    body: form.toString(),
  };
}

/**
 * The URL of a call; `undefined` where the call leads to another host, since the token is sent with it.
 *
 * @param base - As `checkedBase` returns it.
 */
export function urlOf(base: string, { path, query = {} }: ApiCall): string | undefined {
  const url = new URL(/^https?:/.test(path) ? path : base + path);
  if (url.origin !== new URL(base).origin) return undefined;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** @throws {TypeError} For a base URL that is not one, or that would send the token unencrypted. */
export function checkedBase(sender: string, baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError(`${sender}: baseUrl must be an absolute URL, such as "https://api.example.com"`);
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopbackHost(url.hostname))) {
    throw new TypeError(
      `${sender}: baseUrl must be https, since the token is sent with each call (http is allowed on this machine only)`,
    );
  }
  return url.href.replace(/\/$/, "");
}
