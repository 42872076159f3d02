// Verifies Hugging Face's deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { dotted, header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Hugging Face's webhooks. Types are scope and action: `repo.content.update`, `discussion.comment.create`. */
export const huggingFace: SecretSender<{ event: { action: string; scope: string }; webhook: { id: string } }> =
  /* @__PURE__ */ senderFactory({
    factory: "huggingFace",
    name: "hugging-face",
    options: ["secret"],
    define: ({ secret }) => ({
      auth: staticToken({ token: secret, at: header("x-webhook-secret") }),
      event: { type: dotted(json("event.scope"), json("event.action")) },
      reply: { honoursRetryAfter: false, unsubscribes: [] },
    }),
  });
