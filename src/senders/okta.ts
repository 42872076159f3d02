// Verifies Okta event hooks' deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { header, json } from "../core/field.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okJson } from "./shared/handshakes.js";
import type { TokenSender } from "./shared/options.js";

/** Once, when the hook is verified. Whether it carries the token is not documented, and nothing of ours is in the answer. */
const OKTA_CHALLENGE: Handshake = {
  name: "verification",
  methods: ["GET"],
  isUnsigned: true,
  answer({ headers }) {
    const value = headers.get("x-okta-verification-challenge");
    if (value === undefined) return undefined;
    const verification = checkChallenge(value);
    return typeof verification === "string" ? okJson({ verification }) : verification;
  },
};

/** Okta's event hooks. Types are `user.lifecycle.create`, `user.session.start`. */
export const okta: TokenSender = /* @__PURE__ */ senderFactory({
  factory: "okta",
  name: "okta",
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header("authorization") }),
    event: {
      each: "data.events",
      id: json("uuid"),
      type: json("eventType"),
      timestamp: json("published", "rfc3339"),
    },
    handshakes: [OKTA_CHALLENGE],
    reply: {
      successStatuses: [200, 204],
      timeLimitSeconds: 3,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
