// The view of a delivery that key look-up functions get, before verification.
import type { Delivery } from "../../core/delivery.js";

/** What a look-up function gets of a delivery. It is not verified, and has no body. */
export interface UnverifiedDelivery {
  readonly method: string;
  readonly url: string;
  /** Route parameters (`/hooks/:tenant`). */
  readonly params: Readonly<Record<string, string>>;
  /** Lower-case names; repeated lines are joined. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const NO_NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set();

/** Copies the headers at the first read. */
export class Unverified implements UnverifiedDelivery {
  readonly #delivery: Delivery;
  #headers: UnverifiedDelivery["headers"] | undefined;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }
  get method(): string {
    return this.#delivery.method;
  }
  get url(): string {
    return this.#delivery.url;
  }
  get params(): Readonly<Record<string, string>> {
    return this.#delivery.params;
  }
  get headers(): UnverifiedDelivery["headers"] {
    this.#headers ??= this.#delivery.headers.toObject(NO_NAMES);
    return this.#headers;
  }
}
