// Checks whether a newer event of the same entity was handled, once the claim is held.

import { WebhookError } from "../../core/errors.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { HeldClaim } from "../../dedupe/claim.js";
import type { Claims } from "../../dedupe/claims.js";
import { StoreUnavailableError } from "../../dedupe/resilient-store.js";
import { eventOutcome } from "./event-outcomes.js";
import { completeClaim, releaseClaim } from "./settle-claim.js";

/** How the age of events of one entity is compared. */
export interface OrderSettings {
  readonly key: (event: ReceivedEvent) => unknown;
  /** `undefined`: an inbox keeps the order by key alone, and nothing is superseded. */
  readonly version: ((event: ReceivedEvent) => unknown) | undefined;
  readonly onSuperseded: "skip" | "flag";
}

export interface OrderContext {
  readonly order: OrderSettings;
  readonly claims: Claims;
  readonly onError: (error: WebhookError) => void;
}

/** An event that goes on is new, or superseded and flagged; else it has its end here, and its claim is settled. */
export async function checkOrder(
  { order, claims, onError }: OrderContext,
  event: ReceivedEvent,
  claim: HeldClaim | undefined,
  notes: Note[],
): Promise<"newest" | "superseded" | EventOutcome> {
  const place = placeOf(order, event);
  if (place === undefined) return "newest";
  if (place instanceof WebhookError) return giveBack("misconfigured", place);
  try {
    const answer = await claims.advance(place.entity, place.version, event.tenant, claim);
    if (answer === "newest") return "newest";
  } catch (cause) {
    const message = "the dedupe store could not say whether the event is superseded";
    return giveBack("store_unavailable", new WebhookError("store_unavailable", message, { cause }));
  }
  if (order.onSuperseded === "flag") return "superseded";
  const problem = claim === undefined ? undefined : await completeClaim(claim, undefined);
  if (problem !== undefined) {
    onError(problem);
    if (problem.code === "store_unavailable") {
      return eventOutcome(event, "store_unavailable", { error: problem, hint: problem.message });
    }
    notes.push(problem.code as Note);
  }
  const hint = `a newer event of the same entity was here before: version ${place.version} is behind`;
  return eventOutcome(event, "superseded", { notes, hint });

  async function giveBack(name: "misconfigured" | "store_unavailable", error: WebhookError): Promise<EventOutcome> {
    onError(error);
    const problem = claim === undefined ? undefined : await releaseClaim(claim, undefined);
    if (problem !== undefined) onError(problem);
    const { cause } = error;
    const hint = cause instanceof StoreUnavailableError ? cause.message : error.message;
    return eventOutcome(event, name, { error, hint });
  }
}

/** `undefined`: the event belongs to no entity, so nothing is before or after it. */
function placeOf(
  order: OrderSettings,
  event: ReceivedEvent,
): { readonly entity: string; readonly version: number } | WebhookError | undefined {
  let entity: unknown;
  let version: unknown;
  try {
    entity = order.key(event);
    if (entity === undefined) return undefined;
    version = order.version?.(event);
  } catch (cause) {
    return new WebhookError("misconfigured", `order.key or order.version threw for ${event.type}`, { cause });
  }
  if (typeof entity !== "string" || entity === "") {
    return new WebhookError("misconfigured", `order.key must return a text or undefined; it did not for ${event.type}`);
  }
  if (!Number.isSafeInteger(version) || (version as number) < 0) {
    return new WebhookError(
      "misconfigured",
      `order.version must return a whole number, 0 or more; it did not for ${event.type}`,
    );
  }
  return { entity, version: version as number };
}
