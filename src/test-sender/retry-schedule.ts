// The retry schedule of a sender: the vendor's, or one spread over its horizon.
import type { Sender } from "../sender/sender.js";

const MINUTE = 60;
const HOUR = 3_600;

/** Pauses before the second attempt, the third, …, seconds, as the vendors write them (`about.retries` of each sender). */
const BY_SENDER: ReadonlyMap<string, readonly number[]> = new Map([
  ["slack", [0, MINUTE, 5 * MINUTE]],
  ["toss-payments", [1, 4, 16, 64, 256, 1_024, 4_096].map((minutes) => minutes * MINUTE)],
  // The specification's advice, and what Svix does.
  ["standard-webhooks", [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]],
  ["svix", [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]],
  ["app-store", [1, 12, 24, 48, 72].map((hours) => hours * HOUR)],
]);
/** Of a sender that says only for how long: so many pauses, each so many times the one before, that end at its horizon. */
const TRIES = 8;
const GROWTH = 3;

/**
 * Pauses between attempts, in seconds; none where the sender never sends again by itself. Where the vendor tells no
 * schedule, eight pauses that grow threefold and end at the horizon stand for it.
 *
 * @example retrySchedule(slack({ secret })) // [0, 60, 300]
 */
export function retrySchedule<Events>(sender: Sender<Events>): readonly number[] {
  const { name, profile } = sender;
  if (!profile.retries) return [];
  const known = BY_SENDER.get(name);
  if (known !== undefined) return known;
  const sum = (GROWTH ** TRIES - 1) / (GROWTH - 1);
  const first = profile.retryHorizonSeconds / sum;
  return Array.from({ length: TRIES }, (_, at) => first * GROWTH ** at);
}
