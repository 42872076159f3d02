// The contract of an endpoint provider.
import type { MaybePromise } from "../../lib/maybe-promise.js";

/** An endpoint as the sender tells of it. */
export interface RegisteredEndpoint {
  /** The sender's own. */
  readonly id: string;
  readonly url: string;
  /** In the sender's own words; `*` where it takes everything. */
  readonly events: readonly string[];
  readonly isEnabled: boolean;
  /** What the sender says of its health, in a few words: `disabled after failures`, `last answer 502`. */
  readonly health?: string | undefined;
  /** What is set otherwise than hookgate needs it, `content_type form`; an update mends it. */
  readonly wrong?: readonly string[];
}

/** What is wanted. */
export interface WantedEndpoint {
  readonly url: string;
  readonly events: readonly string[];
  /** Where we choose it; left as it is where it is absent. */
  readonly secret?: string | undefined;
}

/** What was registered just now. */
export interface ChangedEndpoint extends RegisteredEndpoint {
  /** Where the sender chose it, and tells it this once. */
  readonly secret?: string | undefined;
}

/** Whether something holds, and what was seen. */
export interface ProofResult {
  readonly isProven: boolean;
  readonly detail: string;
}

/** A sender with an API for webhooks. Everything it throws is a `SenderApiError`, and holds no token. */
export interface EndpointApi {
  /** The vendor's own spelling, and where: `GitHub acme/shop`. */
  readonly title: string;
  /** Who chooses the secret: we give it; the sender makes it and tells it once; or it belongs to no endpoint. */
  readonly secretBy: "us" | "sender" | "nobody";
  /** `one`: a change replaces what is there at once, and there is nothing beside it. */
  readonly holds: "many" | "one";
  list(): Promise<readonly RegisteredEndpoint[]>;
  create(wanted: WantedEndpoint): Promise<ChangedEndpoint>;
  update(id: string, wanted: WantedEndpoint): Promise<ChangedEndpoint>;
  remove(id: string): Promise<void>;
  /** Has the sender deliver something harmless, signed as everything is, and says what became of it. */
  test?(id: string): Promise<ProofResult>;
}

/** A sender whose webhooks are registered by hand. */
export interface ManualEndpoint {
  readonly title: string;
  readonly isManual: true;
  /** What to do, in order. */
  steps(wanted: WantedEndpoint): readonly string[];
}

/** Shows that a URL leads to a receiver that takes what is signed with that secret. */
export type EndpointProof = (at: {
  readonly url: string;
  readonly secret: string | undefined;
}) => MaybePromise<ProofResult>;
