// Shows a delivery to a function that looks up keys: nothing of it is verified yet.
import type { Delivery } from "../../core/delivery.js";

/** What a look-up function may see. Nothing of it is verified, and the body is not among it. */
export interface UnverifiedDelivery {
  readonly method: string;
  readonly url: string;
  /** Route parameters (`/hooks/:tenant`). */
  readonly params: Readonly<Record<string, string>>;
  /** Lower-case names; repeated lines are joined. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const NO_NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set();

/** A delivery as a look-up function sees it. Headers are copied when first read. */
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
