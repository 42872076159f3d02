// Options of a watch.
import { CHECKED_LATER, FUNCTION, type OptionRules, SECONDS, wholeNumber } from "../lib/options.js";
import type { Alarm, AlarmChange, AlarmName } from "./alarms.js";
import type { HeardType } from "./delivery-stats.js";
import type { EndpointApi, EndpointProof } from "./providers/provider.js";

/** Options of `watchEndpoint`. */
export interface WatchOptions {
  /** The URL registered with the sender. It is checked from this machine. */
  readonly url?: string;
  /** The sender's API, to check that the endpoint exists and is enabled. */
  readonly api?: EndpointApi;
  /** Sends a harmless signed delivery at each check: `signedRoundTrip(sender)`. */
  readonly prove?: EndpointProof;
  /** Raises an alarm when no genuine delivery arrived for this long; or per type, `{ "invoice.paid": 86_400 }`. Default: none. */
  readonly expectWithinSeconds?: number | Readonly<Record<string, number>>;
  /** From the end of one check to the next. Default 300. */
  readonly everySeconds?: number;
  /** Rejections within a period that raise no alarm. Default 10. */
  readonly quietRefusals?: number;
  /** Called when an alarm begins and when it ends. Without it a line is written to the receiver's logger. */
  readonly onChange?: (change: AlarmChange) => void;
  /**
   * Alarms during which `ready` answers 503. Default none: restarting this process does not fix an endpoint that is silent or disabled at the sender,
   * and all other processes have the same alarm.
   */
  readonly unreadyOn?: readonly AlarmName[];
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** What a watch knows of its endpoint. */
export interface WatchStatus {
  readonly sender: string;
  readonly url: string | undefined;
  readonly alarms: readonly Alarm[];
  /** The last genuine delivery since the watch started. */
  readonly lastDeliveryAt: Date | undefined;
  readonly types: readonly HeardType[];
  readonly deliveries: number;
  readonly refused: number;
  readonly backfilled: number;
  /** Expiry of the certificate, if there is one. */
  readonly certificateEndsAt: Date | undefined;
  /** Time of the last check. */
  readonly lookedAt: Date | undefined;
}

/** Node's timers fire at once beyond 2^31-1 ms. */
const MAX_TIMER_SECONDS = 2_147_483;
export const WATCH_RULES: OptionRules<WatchOptions> = {
  url: CHECKED_LATER,
  api: CHECKED_LATER,
  prove: FUNCTION,
  expectWithinSeconds: CHECKED_LATER,
  everySeconds: {
    must: "be a number of seconds above 0",
    fits: (value) => SECONDS.fits(value) && (value as number) > 0 && (value as number) < MAX_TIMER_SECONDS,
  },
  quietRefusals: /* @__PURE__ */ wholeNumber(0),
  onChange: FUNCTION,
  unreadyOn: CHECKED_LATER,
  now: FUNCTION,
};

/**
 * Seconds by event type; `undefined` stands for any type.
 *
 * @throws {TypeError} For a value that is not a number of seconds.
 */
export function expectedOf(
  given: WatchOptions["expectWithinSeconds"],
): readonly (readonly [type: string | undefined, seconds: number])[] {
  const all = typeof given === "number" ? [[undefined, given] as const] : Object.entries(given ?? {});
  for (const [, seconds] of all) {
    if (!(typeof seconds === "number" && seconds > 0))
      throw new TypeError(
        "watchEndpoint: expectWithinSeconds must be a number of seconds above 0, or one for each type",
      );
  }
  return all;
}
