// Verifies Notion's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import { checkEnrol, type EnrollingOptions, enrolment } from "./shared/enrolling.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

const NOTION_SIGNATURE = "x-notion-signature";

/** `{"verification_token":"secret_…"}`, and nothing else. */
const MAX_TOKEN_BYTES = 1_024;

/** Notion's webhooks. Types are `page.created`, `comment.created`. */
export const notion: SenderFactory<EnrollingOptions> = /* @__PURE__ */ senderFactory({
  factory: "notion",
  name: "notion",
  options: ["secret", "enrol"],
  define: ({ secret, enrol }) => {
    checkEnrol("notion", enrol);
    return {
      auth: hmac({ secret, signature: { header: NOTION_SIGNATURE, encoding: "hex", prefix: "sha256=" } }),
      event: {
        id: json("id"),
        type: json("type"),
        timestamp: json("timestamp", "rfc3339"),
        attempt: json("attempt_number"),
      },
      handshakes: [
        enrolment(
          { in: "json", name: "verification_token" },
          enrol,
          ({ headers, body }) => {
            if (headers.get(NOTION_SIGNATURE) !== undefined || body.length > MAX_TOKEN_BYTES) return undefined;
            const parsed = parseJson(body);
            return parsed.ok ? memberOf(parsed.value, "verification_token") : undefined;
          },
          () => ({}),
        ),
      ],
      reply: { retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
