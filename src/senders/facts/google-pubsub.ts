// Google Cloud Pub/Sub: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const googlePubsub: SenderFacts = {
  title: "Google Cloud Pub/Sub",
  credential: "Nothing secret: the audience and the service account of the push subscription's authentication.",
  proof:
    "`Authorization: Bearer <OpenID Connect token, RS256>` of Google's: `iss` Google, `aud` yours, `email` the service account, `email_verified` true.",
  exampleType: "message",
  events:
    "wrapped: id `message.messageId`, type `message.attributes.eventType` where there is one, else `message`. Unwrapped: id `X-Goog-Pubsub-Message-Id`, type `message`; without metadata there is no id, and no dedupe.",
  retries:
    "After anything but 102, 200, 201, 202 and 204, until the message is as old as the subscription keeps it (seven days by default).",
  notes: [
    "The token binds nothing of what was sent: anyone who has seen one can send other bodies until it ends, an hour at most.",
    "`message.data` is base64; it is handed over as it is.",
  ],
  oracle: { kind: "library", source: "google-auth-library" },
  sources: ["google-auth-library 10.9.1", "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions"],
  unconfirmed: ["the whole entry is from general knowledge"],
};
