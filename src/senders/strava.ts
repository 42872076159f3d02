// Verifies Strava's deliveries and locates their events.
import { dotted, dottedAll, ifPresent, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { echoQueryTo, okJson, requireText } from "./shared/handshakes.js";
import type { ConfirmOptions } from "./shared/options.js";
import { unsigned } from "./shared/unsigned.js";

/** Options of `strava`. */
export interface StravaOptions extends ConfirmOptions {
  /** The `verify_token` that you gave when you created the push subscription. */
  readonly verifyToken: string | undefined;
}

const EVENT = ["object_type", "aspect_type", "object_id", "event_time"];
/** The time is in seconds: an activity may be renamed and hidden within one. */
const CHANGES = ["title", "type", "private", "authorized"];
const ONCE: EventRow = /* @__PURE__ */ rowOf(EVENT);
const UPDATED: EventRow = /* @__PURE__ */ rowOf([...EVENT, ...CHANGES.map((name) => `updates.${name}`)]);

function rowOf(names: readonly string[]): EventRow {
  const parts = names.map((name) => (name.startsWith("updates.") ? ifPresent(json(name)) : json(name)));
  return {
    id: dottedAll(...parts),
    type: dotted(json("object_type"), json("aspect_type")),
    timestamp: json("event_time", "unix-seconds"),
  };
}

/** Strava's push subscriptions. Types are `activity.create`, `athlete.update`. */
export const strava: SenderFactory<StravaOptions> = /* @__PURE__ */ senderFactory({
  factory: "strava",
  name: "strava",
  options: ["verifyToken", "confirm"],
  define: ({ verifyToken, confirm }) => ({
    auth: unsigned("strava", confirm),
    confirm,
    event: (_delivery, payload) => (memberOf(payload, "aspect_type") === "update" ? UPDATED : ONCE),
    handshakes: [
      echoQueryTo(
        { parameter: "hub.verify_token", value: requireText("strava", "verifyToken", verifyToken) },
        "hub.challenge",
        (challenge) => okJson({ "hub.challenge": challenge }),
      ),
    ],
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 2,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
