// Refreshes a published list when it is needed, without a timer, and keeps the last good one.

import { WebhookError } from "../core/errors.js";
import type { AddressRanges } from "../lib/ip/address-ranges.js";
import { loadList, reasonOf } from "./list-document.js";

const FIRST_PAUSE_SECONDS = 1;
/** A sender that got 503 for lack of a list retries within minutes, so the list is retried within minutes as well. */
const MAX_PAUSE_SECONDS = 300;

/** A sender's list of addresses, for `allow`. Made by `published(…)`. */
export interface PublishedList {
  /** The URL without its query, which may hold a token. */
  readonly url: string;
  /**
   * Loads the list now, so that the first delivery does not wait.
   *
   * @throws {WebhookError} `undecided` when the list is unavailable. Deliveries will try again.
   */
  load(): Promise<void>;
  /** The current list; `undefined` before the first load and after `staleSeconds`. Starts a refresh that is due. */
  current(): AddressRanges | undefined;
  /** The list, after at most `timeoutSeconds`; `undefined` where it is unavailable. Never rejects. */
  ready(): Promise<AddressRanges | undefined>;
  /** Why the last attempt failed, for the operator; `undefined` after a success. */
  readonly problem: string | undefined;
  /** Seconds until the next attempt; 0 where it may be made now. */
  readonly retryAfterSeconds: number;
}

export interface ListTimes {
  readonly refreshMs: number;
  readonly staleMs: number;
  readonly timeoutMs: number;
  readonly now: () => number;
}

export class RefreshedList implements PublishedList {
  readonly url: string;
  readonly #address: string;
  readonly #at: string | undefined;
  readonly #times: ListTimes;
  #ranges: AddressRanges | undefined;
  #loadedAtMs = 0;
  #failures = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #inFlight: Promise<void> | undefined;
  #problem: string | undefined;
  #cause: unknown;

  constructor(url: URL, at: string | undefined, times: ListTimes) {
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

  /** Loads the list, one load at a time and none during the pause after a failure. Never rejects, since most callers do not wait. */
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
      this.#ranges = await loadList(this.#address, this.#at, this.#times.timeoutMs);
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
