// CloudEvents: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const cloudEvents: SenderFacts = {
  title: "CloudEvents",
  credential:
    "you choose it and give it to the sender. Characters: A-Z a-z 0-9 - . _ ~ + / and = at the end. Use HTTPS: it is sent as it is.",
  proof: "`Authorization: Bearer <token>`, or `?access_token=` in the URL; both at once are refused.",
  exampleType: "com.example.order.created",
  events:
    "Type: `type`. An id is unique within its source, so the id is `<source>.<id>`; an event that lacks either is refused, and in a batch left out. Sources and ids that differ only in where a dot stands between them would be one. Structured mode (`application/cloudevents+json`): the payload is the event, with `id`, `source`, `type`, `data`, … Batch mode (`application/cloudevents-batch+json`): each of the events; none is success. Binary mode (`ce-id`, `ce-source`, `ce-type` headers): the payload is the data, JSON, text or bytes by its media type.",
  retries: "That, and how long it waits, is each sender's own affair: 15 s and four days are assumed.",
  notes: [
    'Handshake: `OPTIONS` with `WebHook-Request-Origin` and, perhaps, `WebHook-Request-Rate`. An origin of `allowedOrigins` gets 200 with `WebHook-Allowed-Origin`, `Allow: POST` and, where a rate was asked for, `WebHook-Allowed-Rate` (`allowedPerMinute`, or `*`). Others hear 403. Without `allowedOrigins` nobody is granted; `"*"` grants everybody. The rate is told, not enforced. `WebHook-Request-Callback`, the way to grant later, is not used. Mount with `app.use`, so that OPTIONS arrives.',
    "The token says who may send, and binds nothing of what was sent.",
  ],
  oracle: { kind: "library", source: "cloudevents" },
  sources: ["github.com/cloudevents/spec@c2845a4, cloudevents/http-webhook.md"],
  unconfirmed: ["the three modes, which are the HTTP protocol binding's"],
};
