// Options of a watch.
import { CHECKED_LATER, FUNCTION, type OptionRules, SECONDS, wholeNumber } from "../lib/options.js";
import type { Alarm, AlarmChange, AlarmName } from "./alarms.js";
import type { HeardType } from "./delivery-stats.js";
import type { EndpointApi, EndpointProof } from "./providers/provider.js";

/** Options of `watchEndpoint`. */
export interface WatchOptions {
  /** As registered with the sender. Looked at from here, which is not where the sender is. */
  readonly url?: string;
  /** Asked whether the endpoint is there, and switched on. */
  readonly api?: EndpointApi;
  /** A signed delivery of something harmless at each look: `signedRoundTrip(sender)`. */
  readonly prove?: EndpointProof;
  /** An alarm when nothing genuine came for so long; or for a type, `{ "invoice.paid": 86_400 }`. Default: none. */
  readonly expectWithinSeconds?: number | Readonly<Record<string, number>>;
  /** From the end of a look to the next. Default 300. */
  readonly everySeconds?: number;
  /** Refusals within a period that count as nothing. Default 10. */
  readonly quietRefusals?: number;
  /** Told when an alarm begins, and when it is over. Without it a line is written to the receiver's logger. */
  readonly onChange?: (change: AlarmChange) => void;
  /**
   * Alarms during which `ready` answers 503. Default none: an endpoint that is silent, or switched off at the sender, is
   * not mended by taking this process out of service, and all others have the same alarm.
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
  /** The last genuine delivery since this process began to watch. */
  readonly lastDeliveryAt: Date | undefined;
  readonly types: readonly HeardType[];
  readonly deliveries: number;
  readonly refused: number;
  readonly backfilled: number;
  /** Until when the certificate holds, where there is one. */
  readonly certificateEndsAt: Date | undefined;
  /** When it was last looked at. */
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
 * Spans by type; of any type where that is `undefined`.
 *
 * @throws {TypeError} For a span that is none.
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
