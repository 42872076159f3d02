// Dropbox Sign: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const dropboxSign: SenderFacts = {
  title: "Dropbox Sign",
  credential: "Integrations → API → the account's API key. Used as text.",
  proof:
    "`event.event_hash` (lower-case hex, 64 chars) of the JSON in the multipart field `json`: HMAC-SHA256 over `<event.event_time><event.event_type>`.",
  exampleType: "signature_request_signed",
  events:
    "type `event.event_type`; id of type, time, signature request and signer together, none where there is no request.",
  retries: "Until it gets a 200 with the text it wants; with growing pauses for some days.",
  notes: [
    "Only time and type are signed, and the time is the event's: anyone who has seen one delivery can send another body with it at any time. Ask the API what is true.",
    "It wants the text `Hello API Event Received`; a handler's own answer must hold it.",
  ],
  oracle: { kind: "library", source: "@dropbox/sign" },
  sources: ["hellosign/dropbox-sign-node @2708c621c5"],
  unconfirmed: ["the text it wants", "retries and time limit", "the id"],
};
