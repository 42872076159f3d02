// Verifies Ethoca Alerts' deliveries and locates their events.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { BasicOptions } from "./shared/options.js";

/** Ethoca's alerts by push: HTTP Basic (and a client certificate), nothing is signed. Types are the body's `alertType`. */
export const ethoca: SenderFactory<BasicOptions> = /* @__PURE__ */ senderFactory({
  factory: "ethoca",
  name: "ethoca",
  options: ["username", "password"],
  define: ({ username, password }) => ({
    auth: basicAuth({ username, password }),
    event: { type: json("alertType") },
    reply: { successStatuses: [200], honoursRetryAfter: false, unsubscribes: [] },
  }),
});
