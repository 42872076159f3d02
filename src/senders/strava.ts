// Verifies Strava's deliveries and locates their events.
import { dotted, dottedAll, ifPresent, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { echoQueryTo, okJson, requireText } from "./shared/handshakes.js";
import type { ConfirmOptions } from "./shared/options.js";
import { unsigned } from "./shared/unsigned.js";

export interface StravaOptions extends ConfirmOptions {
  /** The `verify_token` that you gave when you created the push subscription. */
  readonly verifyToken: string | undefined;
}

/** Strava's push subscriptions. Types are `activity.create`, `athlete.update`. */
export const strava: SenderFactory<StravaOptions> = /* @__PURE__ */ senderFactory({
  factory: "strava",
  name: "strava",
  options: ["verifyToken", "confirm"],
  define: ({ verifyToken, confirm }) => ({
    auth: unsigned("strava", confirm),
    confirm,
    event: {
      // The time is in seconds: an activity may be renamed and hidden within one.
      id: dottedAll(
        json("object_type"),
        json("aspect_type"),
        ifPresent(json("updates.title")),
        ifPresent(json("updates.type")),
        ifPresent(json("updates.private")),
        ifPresent(json("updates.authorized")),
        json("event_time"),
        json("object_id"),
      ),
      type: dotted(json("object_type"), json("aspect_type")),
      timestamp: json("event_time", "unix-seconds"),
    },
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
