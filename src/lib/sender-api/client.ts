// Calls a sender's API within time and size limits, and retries transient failures.
import { setTimeout as sleep } from "node:timers/promises";
import { CHECKED_LATER, FUNCTION, type OptionRules, SECONDS, wholeNumber } from "../options.js";
import { SenderApiError, type SenderApiProblem } from "./error.js";
import { type ApiCall, checkedBase, requestOf, urlOf } from "./request.js";
import { problemOf, readText, saidIn, TooLarge } from "./response.js";
import { retryAfterSeconds } from "./retry-after.js";

export type { ApiCall } from "./request.js";

/** The options that every client of a sender's API has. */
export interface ApiOptions {
  /** The base URL of the API, for a self-hosted server, a sandbox or a test. */
  readonly baseUrl?: string;
  /** The time limit of one call, its answer included. Default 30. */
  readonly timeoutSeconds?: number;
  /** The largest number of attempts of a call that is safe to repeat. Default 4. */
  readonly tries?: number;
  /** A call fails when the sender asks for a longer wait; the error has the time. Default 60. */
  readonly maxWaitSeconds?: number;
  /** Default: the global `fetch`. It must not follow redirects. */
  readonly fetch?: typeof fetch;
}

/** What these options must be; the base URL is checked by `SenderApi`. */
export const API_RULES: OptionRules<ApiOptions> = {
  baseUrl: CHECKED_LATER,
  timeoutSeconds: { must: "be a number of seconds above 0", fits: (value) => SECONDS.fits(value) && value !== 0 },
  tries: /* @__PURE__ */ wholeNumber(1),
  maxWaitSeconds: SECONDS,
  fetch: FUNCTION,
};

/** The answer to a call. */
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
  /** Never shown: each is removed from the sender's messages. */
  readonly secrets: readonly (string | undefined)[];
  /** The problem that an answer with status 200 reports, such as Slack's `ok: false`. `undefined` where there is none. */
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

  /** @throws {TypeError} For a base URL that is not one, or that would send the token unencrypted. */
  constructor(settings: ApiSettings) {
    this.#settings = settings;
    this.#base = checkedBase(settings.sender, settings.options.baseUrl ?? settings.baseUrl);
  }

  /** @throws {SenderApiError} After the last attempt. */
  async call(call: ApiCall, signal?: AbortSignal): Promise<ApiAnswer> {
    const { tries = TRIES, maxWaitSeconds = MAX_WAIT_SECONDS } = this.#settings.options;
    const isRepeatable = call.isRepeatable ?? call.method !== "POST";
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(call, signal);
      } catch (error) {
        if (!(error instanceof SenderApiError) || attempt >= tries || signal?.aborted === true) throw error;
        // A rate-limited call was not executed. A call that failed in another way may have been.
        const canRepeat = error.problem === "rate_limited" || (error.isPassing && isRepeatable);
        const waitMs = waitOf(error, attempt);
        if (!canRepeat || waitMs > maxWaitSeconds * 1000) throw error;
        await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
      }
    }
  }

  async #once(call: ApiCall, signal: AbortSignal | undefined): Promise<ApiAnswer> {
    const { timeoutSeconds = TIMEOUT_SECONDS, fetch: ask = fetch } = this.#settings.options;
    const url = urlOf(this.#base, call);
    if (url === undefined) throw this.badAnswer({ what: "read the next page" }, "it is on another host");
    const request = requestOf(call);
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    let response: Response;
    let text: string;
    try {
      response = await ask(url, {
        ...request,
        redirect: "manual",
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        headers: { ...this.#settings.headers, ...request.headers },
      });
      text = await readText(response);
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      if (timeout.aborted) throw this.#failed(call, "slow", { said: `nothing within ${timeoutSeconds} s` });
      if (cause instanceof TooLarge) throw this.#failed(call, "bad_answer", { said: cause.message });
      // The cause's message may contain the URL, and the URL a token, so only its code is used.
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

  /** The error for an answer that differs from the API's documentation. */
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
}

/** The sender's own `Retry-After`, or a random part of a pause that doubles from half a second. */
function waitOf(error: SenderApiError, attempt: number): number {
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
}

function codeOf(cause: unknown): string | undefined {
  const inner = (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return typeof inner === "string" ? inner : undefined;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
