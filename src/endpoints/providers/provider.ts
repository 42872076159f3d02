// The contract of an endpoint provider.
import type { MaybePromise } from "../../lib/maybe-promise.js";

/** An endpoint as the sender's API describes it. */
export interface RegisteredEndpoint {
  /** The sender's id. */
  readonly id: string;
  readonly url: string;
  /** Event names of the sender; `*` for all. */
  readonly events: readonly string[];
  readonly isEnabled: boolean;
  /** The sender's health information in a few words: `disabled after failures`, `last answer 502`. */
  readonly health?: string | undefined;
  /** Settings that hookgate needs changed, such as `content_type form`. An update corrects them. */
  readonly wrong?: readonly string[];
}

/** The wanted configuration. */
export interface WantedEndpoint {
  readonly url: string;
  readonly events: readonly string[];
  /** The secret, for senders that take it from you. An absent one is left unchanged. */
  readonly secret?: string | undefined;
}

/** The endpoint that was just created. */
export interface ChangedEndpoint extends RegisteredEndpoint {
  /** The secret, if the sender created it. It is shown only once. */
  readonly secret?: string | undefined;
}

/** The result of a verification, with its reason. */
export interface ProofResult {
  readonly isProven: boolean;
  readonly detail: string;
}

/** A sender with an API for webhooks. It throws only `SenderApiError`, which contains no token. */
export interface EndpointApi {
  /** The vendor's name and the place: `GitHub acme/shop`. */
  readonly title: string;
  /** Who chooses the secret: `us` gives it, `sender` creates it and shows it once, `nobody` has none per endpoint. */
  readonly secretBy: "us" | "sender" | "nobody";
  /** `one`: the sender has a single endpoint, and a change replaces it at once. */
  readonly holds: "many" | "one";
  list(): Promise<readonly RegisteredEndpoint[]>;
  create(wanted: WantedEndpoint): Promise<ChangedEndpoint>;
  update(id: string, wanted: WantedEndpoint): Promise<ChangedEndpoint>;
  remove(id: string): Promise<void>;
  /** Makes the sender send a harmless signed delivery, and returns its result. */
  test?(id: string): Promise<ProofResult>;
}

/** A sender without an API for webhooks. */
export interface ManualEndpoint {
  readonly title: string;
  readonly isManual: true;
  /** The manual steps, in order. */
  steps(wanted: WantedEndpoint): readonly string[];
}

/** Checks that the receiver at a URL accepts deliveries signed with that secret. */
export type EndpointProof = (at: {
  readonly url: string;
  readonly secret: string | undefined;
}) => MaybePromise<ProofResult>;
