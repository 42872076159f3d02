// DocuSign Connect: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const docusign: SenderFacts = {
  title: "DocuSign Connect",
  credential: "Settings → Connect → Connect Keys. Used as text. Give several while you change from one to another.",
  proof:
    "`X-DocuSign-Signature-1: <base64, 44 chars>`, and `-2`, `-3`, … up to `-100`, one for each active key: HMAC-SHA256 over the body. One that fits is enough.",
  exampleType: "envelope-completed",
  events:
    "type `event` of the body; id of `event`, `data.envelopeId`, `data.recipientId` where there is one, and `generatedDateTime` together, none where one of the others is missing. Of XML always `envelope`, without an id.",
  retries: "After a status of 400 or more, from 5 minutes on with doubled pauses for up to 15 days.",
  notes: [
    "Choose JSON (`restv2.1`), one message at a time. XML, the legacy format, is passed on as text.",
    "Documents come in base64, up to 50 MiB in all.",
  ],
  oracle: { kind: "documentation", source: "https://developers.docusign.com/platform/webhooks/connect/validate/" },
  sources: [
    "https://developers.docusign.com/platform/webhooks/connect/validate/",
    "developers.docusign.com/platform/webhooks/connect/legacy-message-formats",
    "developers.docusign.com, file limitations: 25 MB are advised, not enforced",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: docusign",
  ],
  unconfirmed: ["time limit", "that `generatedDateTime` stays the same over retries"],
};
