// Which events of a delivery are new? For a guarded route, which handles all of them or none.

import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { HeldClaim } from "../../dedupe/claim.js";
import { keyOfEvent } from "../../dedupe/claim-subject.js";
import { checkOrder } from "./event-order.js";
import { closing, eventOutcome, handledBefore, storeFailed } from "./event-outcomes.js";
import type { EventSettings, EventTerms } from "./event-processor.js";
import { mustComeAgain } from "./process-delivery.js";
import { releaseClaim } from "./settle-claim.js";
import { vouch } from "./validate-event.js";

/** What is let through to the route. */
export interface Claimed {
  readonly events: readonly ReceivedEvent[];
  readonly claims: readonly HeldClaim[];
  readonly notes: readonly Note[];
}

/** The events that are new; or, where there is nothing for the route to do or another delivery is at it, the end. */
export async function claimAll(
  settings: EventSettings,
  events: readonly ReceivedEvent[],
  terms: EventTerms,
): Promise<Claimed | { readonly outcomes: readonly EventOutcome[] }> {
  const held: HeldClaim[] = [];
  const fresh: ReceivedEvent[] = [];
  const known: EventOutcome[] = [];
  const notes: Note[] = [];
  const seen = new Set<string>();
  for (const event of events) {
    const key = keyOfEvent(settings.keyOf, event, terms) ?? settings.claims?.replayKey(event.tenant, terms);
    if (settings.claims !== undefined && key !== undefined) {
      if (seen.has(key)) continue;
      seen.add(key);
    }
    const answer = await claimOne(settings, event, terms, key, notes);
    if ("name" in answer) known.push(answer);
    else {
      fresh.push(event);
      if (answer.claim !== undefined) held.push(answer.claim);
    }
  }
  // The route answers for the delivery as a whole, so it can only have all of what is new or nothing.
  const isAgain = known.some(mustComeAgain);
  if (fresh.length > 0 && !isAgain && !settings.isClosing()) return { events: fresh, claims: held, notes };
  for (const claim of held) {
    const problem = await releaseClaim(claim, undefined);
    if (problem !== undefined) settings.onError(problem);
  }
  // `close` may have been called while the store was asked.
  return { outcomes: fresh.length > 0 && !isAgain ? events.map(closing) : known };
}

/** The event goes on, with its claim where there is one; or it has ended. */
async function claimOne(
  settings: EventSettings,
  event: ReceivedEvent,
  terms: EventTerms,
  key: string | undefined,
  notes: Note[],
): Promise<{ readonly claim: HeldClaim | undefined } | EventOutcome> {
  const { claims, order, onError } = settings;
  const refused = await vouch(settings, event, notes);
  if (refused !== undefined) return refused;
  if (claims === undefined) return { claim: undefined };
  let claim: HeldClaim | undefined;
  if (key !== undefined) {
    try {
      const result = await claims.take(key, terms, event.tenant);
      if (result.state === "in_flight") {
        return eventOutcome(event, "in_flight", { retryAfterSeconds: result.retryAfterSeconds });
      }
      if (result.state === "done") return handledBefore(event, result, settings.strict, []);
      if (result.isReplaySuspected) notes.push("replay_suspected");
      claim = result.claim;
    } catch (cause) {
      return storeFailed(settings, event, cause, notes) ?? { claim: undefined };
    }
  }
  if (order === undefined) return { claim };
  const place = await checkOrder({ order, claims, onError }, event, claim, notes);
  return typeof place === "string" ? { claim } : place;
}
