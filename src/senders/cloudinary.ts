// Verifies Cloudinary's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { digest } from "../auth/schemes/digest.js";
import type { Auth } from "../core/auth.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const CLOUDINARY_SIGNATURE = "x-cld-signature";

const SHA1_HEX_CHARS = 40;

/** The account chooses SHA-1 or SHA-256; how long the signature is says which. */
function cloudinaryAuth(secret: Secrets): Auth {
  const [sha1, sha256] = (["sha1", "sha256"] as const).map((algorithm) =>
    digest({
      secret,
      algorithm,
      signed: "{body}{timestamp}{secret}",
      timestamp: header("x-cld-timestamp", "unix-seconds"),
      signature: { header: CLOUDINARY_SIGNATURE, encoding: "hex" },
    }),
  ) as [Auth, Auth];
  return {
    ...sha1,
    verify(delivery, context) {
      const given = delivery.headers.once(CLOUDINARY_SIGNATURE);
      const isSha1 = typeof given === "string" && given.length === SHA1_HEX_CHARS;
      return (isSha1 ? sha1 : sha256).verify(delivery, context);
    },
  };
}

/** Cloudinary's notifications. Types are `upload`, `eager`, `moderation`. */
export const cloudinary: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "cloudinary",
  name: "cloudinary",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: cloudinaryAuth(secret),
    toleranceSeconds: 7_200,
    event: { type: json("notification_type"), timestamp: json("timestamp", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
