// AWS SNS: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const awsSns: SenderFacts = {
  title: "AWS SNS",
  credential: "Nothing secret: the ARNs of your topics.",
  proof:
    "`Signature` in the body (base64): RSA PKCS #1 v1.5 with SHA-1 (`SignatureVersion` 1) or SHA-256 (2) over names and values of its members, by the certificate at `SigningCertURL` (https, `sns.<region>.amazonaws.com`).",
  exampleType: "Notification",
  retries:
    "Three times, 20 seconds apart, unless the topic or subscription has a delivery policy of its own, of up to an hour; a 4xx other than 429 ends them.",
  notes: [
    "AWS signs for everybody: `topicArns` is what keeps other people's topics out.",
    "A SubscriptionConfirmation of a topic of yours is confirmed automatically, by a GET of its SubscribeURL.",
    "`Message` is a text; parse it yourself. Raw delivery has no signature and is refused.",
    "`Timestamp` is when it was published, so it says nothing about freshness. Set the topic to SignatureVersion 2: SHA-1 is weak.",
  ],
  oracle: { kind: "library", source: "sns-validator" },
  sources: [
    "aws/aws-js-sns-message-validator @a6ba4d646d",
    "docs.aws.amazon.com/sns, HTTP/S delivery policies: the default is three retries, 20 seconds apart; 3,600 seconds in all at most",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: aws-sns",
  ],
  unconfirmed: ["what of an UnsubscribeConfirmation is signed: both readings are accepted"],
};
