// The retry schedule of a sender: the vendor's own, or one that ends at its horizon.
import type { Sender } from "../sender/sender.js";

const MINUTE = 60;
const HOUR = 3_600;

/** The pauses before the second attempt, the third, …, in seconds, as the vendors document them (`about.retries` of each sender). */
const BY_SENDER: ReadonlyMap<string, readonly number[]> = new Map([
  ["slack", [0, MINUTE, 5 * MINUTE]],
  ["toss-payments", [1, 4, 16, 64, 256, 1_024, 4_096].map((minutes) => minutes * MINUTE)],
  // The advice of the specification, which Svix follows.
  ["standard-webhooks", [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]],
  ["svix", [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]],
  ["app-store", [1, 12, 24, 48, 72].map((hours) => hours * HOUR)],
]);
/** The schedule of a sender that documents only its horizon: the number of pauses, and the factor between them. */
const TRIES = 8;
const GROWTH = 3;

/**
 * The pauses between attempts, in seconds; none where the sender never retries automatically. For a vendor without a documented
 * schedule there are eight pauses, each three times the one before, that end at the horizon.
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
