// Salesforce outbound messages: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const salesforce: SenderFacts = {
  title: "Salesforce outbound messages",
  credential: "Setup → Company Information → Organization ID.",
  proof:
    "None: anybody can post a message. `confirm(event)` asks the API whether it is true. Salesforce can show a client certificate to the proxy in front of you.",
  exampleType: "Account",
  retries: "For up to 24 hours, until it gets `<Ack>true</Ack>`.",
  events: "a batch, up to 100: id `Id` of each Notification, type that of its `sObject`, without its prefix.",
  notes: [
    "The organization id is no secret: with `allow`, let in Salesforce's addresses alone. Events are unverified until `confirm` has said yes.",
    "The body is SOAP: give `xml: xml()` of `hookgate/formats/xml`, which needs the package `fast-xml-parser`.",
    "The answer holds the acknowledgement; a handler that answers by `context.reply` must send it itself.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm",
  },
  sources: [
    "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: salesforce",
  ],
  unconfirmed: ["time limit"],
};
