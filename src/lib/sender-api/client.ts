// Calls a sender's API, bounded in time and size, with retries of transient failures.
import { setTimeout as sleep } from "node:timers/promises";
import { SenderApiError, type SenderApiProblem } from "./error.js";
import { problemOf, readText, saidIn, TooLarge } from "./response.js";
import { retryAfterSeconds } from "./retry-after.js";

/** What every adapter takes beside its own. */
export interface ApiOptions {
  /** Where the API is, for a server of one's own, a sandbox or a test. */
  readonly baseUrl?: string;
  /** Of one call, its answer included. Default 30. */
  readonly timeoutSeconds?: number;
  /** How often a call is made until it holds, where repeating it is safe. Default 4. */
  readonly tries?: number;
  /** A longer `Retry-After` is not waited for here: the call fails, and says how long. Default 60. */
  readonly maxWaitSeconds?: number;
  /** Default: the global one. Redirects must not be followed by it. */
  readonly fetch?: typeof fetch;
}

export const API_OPTIONS: readonly (keyof ApiOptions)[] = [
  "baseUrl",
  "timeoutSeconds",
  "tries",
  "maxWaitSeconds",
  "fetch",
];

/** One call of a sender's API. */
export interface ApiCall {
  /** After "could not": `list the webhooks`. */
  readonly what: string;
  /** Default GET. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base URL, or absolute where the answer before named it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  /** As `application/x-www-form-urlencoded`. */
  readonly form?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether making it twice is as good as once. Default: whether the method is anything but POST. */
  readonly isRepeatable?: boolean;
  /** The status says it all; the body may be anything. */
  readonly isBodyIgnored?: boolean;
}

/** What a sender's API answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `undefined` where the body is empty. */
  readonly value: unknown;
}

export interface ApiSettings {
  /** For messages: `GitHub`. */
  readonly sender: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Never told: every text of these is taken out of what the sender says. */
  readonly secrets: readonly (string | undefined)[];
  /** What a sender says inside of a success, such as Slack's `ok: false`; `undefined`: nothing is wrong. */
  readonly problemIn?: (answer: ApiAnswer) => { readonly problem: SenderApiProblem; readonly said: string } | undefined;
  readonly options: ApiOptions;
}

const TIMEOUT_SECONDS = 30;
const TRIES = 4;
const MAX_WAIT_SECONDS = 60;
const MAX_SAID_LENGTH = 200;
const PAUSE_MS = 500;

export class SenderApi {
  readonly #settings: ApiSettings;
  readonly #base: string;

  /** @throws {TypeError} On a base URL that is none, or would carry the token in the open. */
  constructor(settings: ApiSettings) {
    this.#settings = settings;
    this.#base = checkedBase(settings.sender, settings.options.baseUrl ?? settings.baseUrl);
  }

  /** @throws {SenderApiError} In words, after as many tries as make sense. */
  async call(call: ApiCall, signal?: AbortSignal): Promise<ApiAnswer> {
    const { tries = TRIES, maxWaitSeconds = MAX_WAIT_SECONDS } = this.#settings.options;
    const isRepeatable = call.isRepeatable ?? call.method !== "POST";
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(call, signal);
      } catch (error) {
        if (!(error instanceof SenderApiError) || attempt >= tries || signal?.aborted === true) throw error;
        // What was turned away was not done; what failed in any other way may have been.
        const isAgain = error.problem === "rate_limited" || (error.isPassing && isRepeatable);
        const waitMs = waitOf(error, attempt);
        if (!isAgain || waitMs > maxWaitSeconds * 1000) throw error;
        await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
      }
    }
  }

  async #once(call: ApiCall, signal: AbortSignal | undefined): Promise<ApiAnswer> {
    const { timeoutSeconds = TIMEOUT_SECONDS, fetch: ask = fetch } = this.#settings.options;
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    let response: Response;
    let text: string;
    try {
      response = await ask(this.#urlOf(call), {
        ...bodyOf(call),
        method: call.method ?? "GET",
        redirect: "manual",
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        headers: { ...this.#settings.headers, ...bodyHeaders(call), ...call.headers },
      });
      text = await readText(response);
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      if (timeout.aborted) throw this.#failed(call, "slow", { said: `nothing within ${timeoutSeconds} s` });
      if (cause instanceof TooLarge) throw this.#failed(call, "bad_answer", { said: cause.message });
      // The cause's text may hold the URL, and the URL a token: only its code is told.
      throw this.#failed(call, "unreachable", { said: codeOf(cause) });
    }
    return this.#read(call, response, text);
  }

  #read(call: ApiCall, response: Response, text: string): ApiAnswer {
    const { status, headers } = response;
    let value: unknown;
    try {
      value = text.trim() === "" ? undefined : JSON.parse(text);
    } catch {
      value = undefined;
      if (status < 300 && call.isBodyIgnored !== true)
        throw this.#failed(call, "bad_answer", { status, said: "the body is not JSON" });
    }
    if (status >= 300) {
      const wait = retryAfterSeconds(headers, Date.now());
      throw this.#failed(call, problemOf(status, headers), { status, said: saidIn(value), retryAfterSeconds: wait });
    }
    const answer = { status, headers, value };
    const inside = this.#settings.problemIn?.(answer);
    if (inside !== undefined) throw this.#failed(call, inside.problem, { said: inside.said });
    return answer;
  }

  /** What came is not what the API is documented to answer. */
  badAnswer(call: Pick<ApiCall, "what">, said: string): SenderApiError {
    return this.#failed(call, "bad_answer", { said });
  }

  #failed(
    { what }: Pick<ApiCall, "what">,
    problem: SenderApiProblem,
    more: { status?: number; said?: string | undefined; retryAfterSeconds?: number | undefined },
  ): SenderApiError {
    const said = more.said === undefined ? undefined : this.#withoutSecrets(more.said);
    return new SenderApiError({ problem, sender: this.#settings.sender, what, ...more, said });
  }

  #withoutSecrets(text: string): string {
    let clean = oneLine(text);
    for (const secret of this.#settings.secrets) {
      if (secret !== undefined && secret !== "") clean = clean.replaceAll(secret, "…");
    }
    return clean.slice(0, MAX_SAID_LENGTH);
  }

  #urlOf({ path, query = {} }: ApiCall): string {
    // A page named by the answer before goes to the same place or nowhere: the token goes along.
    const url = new URL(/^https?:/.test(path) ? path : this.#base + path);
    if (url.origin !== new URL(this.#base).origin) {
      throw this.badAnswer({ what: "read the next page" }, "it is on another host");
    }
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }
}

/** Doubling from half a second, spread; or as the sender says. */
function waitOf(error: SenderApiError, attempt: number): number {
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
}

function bodyOf(call: ApiCall): { body?: string } {
  if (call.json !== undefined) return { body: JSON.stringify(call.json) };
  if (call.form !== undefined) {
    const form = new URLSearchParams();
    for (const [name, value] of call.form) form.append(name, value);
    return { body: form.toString() };
  }
  return {};
}

function bodyHeaders(call: ApiCall): Record<string, string> {
  if (call.json !== undefined) return { "content-type": "application/json" };
  return call.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
}

function codeOf(cause: unknown): string | undefined {
  const inner = (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return typeof inner === "string" ? inner : undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function checkedBase(sender: string, baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError(`${sender}: baseUrl must be an absolute URL, such as "https://api.example.com"`);
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && LOOPBACK.test(url.hostname))) {
    throw new TypeError(`${sender}: baseUrl must be https (http only on this machine): the token goes along`);
  }
  return url.href.replace(/\/$/, "");
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
