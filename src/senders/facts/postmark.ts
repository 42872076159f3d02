// Postmark: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const postmark: SenderFacts = {
  title: "Postmark",
  credential: "User name and password that you put into the webhook's URL: `https://user:password@example.com/…`.",
  proof: "`Authorization: Basic <base64 of user:password>`. Nothing is signed.",
  exampleType: "Bounce",
  events:
    "type `RecordType` of the body, `Inbound` where there is none. Id: `RecordType` and `ID` of bounces and complaints, `RecordType`, `MessageID` and `Recipient` of deliveries, `MessageID` of inbound mail; all others have none, and neither has a test, whose id is of zeros.",
  retries: "Of inbound mail ten retries within 10.5 hours; 403 stops them.",
  notes: [
    "Basic credentials bind nothing of what was sent: keep the URL secret, and narrow it with `allow`.",
    "Opens and clicks have no id, so they are not deduped.",
  ],
  oracle: { kind: "documentation", source: "https://postmarkapp.com/developer/webhooks/webhooks-overview" },
  sources: [
    "https://postmarkapp.com/developer/webhooks/webhooks-overview",
    "https://postmarkapp.com/support/article/understanding-inbound-webhook-retries-in-postmark",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: postmark",
    "postmarkapp.com/support, inbound webhook retries: ten within 10.5 hours, and that 403 stops them",
  ],
  unconfirmed: ["time limit", "ids built from several members", "that other kinds than inbound mail are retried alike"],
};
