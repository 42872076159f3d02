// Verifies Anthropic's deliveries and locates their events.
import { json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower } from "./shared/standard-webhooks-follower.js";

/** Anthropic's webhooks (Managed Agents, beta). Types are those of `data`: `session.status_idled`. */
export const anthropic: SecretSender<{ id: string; type: "event"; data: { type: string; id: string } }> =
  /* @__PURE__ */ follower({
    factory: "anthropic",
    type: /* @__PURE__ */ json("data.type"),
    timestamp: /* @__PURE__ */ json("created_at", "rfc3339"),
  });
