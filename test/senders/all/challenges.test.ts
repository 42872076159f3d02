// No answer to an unsigned challenge is a signature that the same receiver accepts.
import { createReceiver, type DeliveryInput, type Outcome, type Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import type { SignedDelivery } from "../../../src/test-sender/compose.js";

const ORIGIN = "https://example.com";
const PARAMETERS = [
  "crc_token",
  "challengeCode",
  "challenge_code",
  "challenge",
  "hub.challenge",
  "bt_challenge",
  "validationToken",
  "plainToken",
];
const VERIFY_TOKEN = "verify-0123456789";
const JSON_TYPE = { "content-type": "application/json" };

/** Their answers are made with the key of deliveries. */
const SIGNING = ["x", "linkedin", "braintree"];

const asked = describedSenders().filter(({ sender }) => (sender.definition.handshakes ?? []).length > 0);

function receiverOf(sender: Sender<never>): (input: DeliveryInput) => Promise<Outcome> {
  const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    dedupe: false,
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  }).on("*", () => {});
  return (input) => receiver.receive(input);
}

/** What a stranger would like to have signed: the body, what schemes put around it, and bodies that look like a challenge. */
function wanted(delivery: SignedDelivery): readonly string[] {
  const body = delivery.body.toString();
  const times = Object.values(delivery.headers).flatMap((value) => value.match(/\d{10,13}/g) ?? []);
  const framed = [...times, "1700000000"].flatMap((time) => [
    `v0:${time}:${body}`,
    `${time}.${body}`,
    `${time}${body}`,
  ]);
  const alike = [
    "123456",
    "true",
    "null",
    '"a"',
    "abc",
    "a".repeat(20),
    "0".repeat(32),
    "QUJD",
    "12345678-1234-1234-1234-123456789012",
  ];
  return [body, `hmacsha256=${body}`, `${body}\n`, ...framed, ...alike];
}

/** Every way in which a challenge is put to some sender. */
function questions(challenge: string): readonly DeliveryInput[] {
  const value = encodeURIComponent(challenge);
  const query = PARAMETERS.map((name) => `${name}=${value}`).join("&");
  const others = `hub.mode=subscribe&hub.topic=t&hub.verify_token=${VERIFY_TOKEN}&verification_token=${VERIFY_TOKEN}`;
  const body = {
    type: "url_verification",
    event: "endpoint.url_validation",
    challenge,
    token: VERIFY_TOKEN,
    payload: { plainToken: challenge },
  };
  const headers = {
    "x-okta-verification-challenge": challenge,
    "validation-token": challenge,
    "x-hook-secret": challenge,
  };
  const printable = /^[ -~]*$/.test(challenge) ? headers : {};
  return [
    ...["GET", "HEAD", "OPTIONS"].map((method) => ({ method, url: `/hook?${query}&${others}`, headers: printable })),
    ...PARAMETERS.map((name) => ({ method: "GET", url: `/hook?${name}=${value}&${others}`, headers: printable })),
    { method: "POST", url: `/hook?${query}`, headers: { ...JSON_TYPE, ...printable }, body: JSON.stringify(body) },
    { method: "POST", url: "/hook", headers: JSON_TYPE, body: JSON.stringify({ challenge }) },
  ];
}

/** What a reply gives away: its body and headers, whole and in parts. */
function words({ reply }: Outcome): readonly string[] {
  const body = String(reply.body ?? "");
  const texts = [
    body,
    ...Object.values(reply.headers).map(String),
    ...(body.match(/"((?:[^"\\]|\\.)*)"/g) ?? []).map((one) => one.slice(1, -1)),
  ];
  return [...new Set(texts.flatMap((text) => [text, ...text.split(/[|=,]/), text.replace(/^[a-z0-9]+=/, "")]))].filter(
    (text) => text.length >= 16,
  );
}

/** The signed delivery with another body, and the word wherever its signature was. */
function forgeries(
  delivery: SignedDelivery,
  names: readonly string[],
  body: string,
  word: string,
): readonly DeliveryInput[] {
  const url = delivery.url.slice(ORIGIN.length);
  const { method, headers } = delivery;
  const replaced = [word, `sha256=${word}`, `v0=${word}`, `v1,${word}`].map((value) => ({
    method,
    url,
    body,
    headers: {
      ...headers,
      ...Object.fromEntries(names.filter((name) => name in headers && !/time/.test(name)).map((name) => [name, value])),
    },
  }));
  const form = new URLSearchParams({ bt_signature: word, bt_payload: body, signature: word, payload: body }).toString();
  // Where a header is the proof, the genuine one must not stay.
  return names.length > 0 ? replaced : [{ method, url, headers, body: form }];
}

describe.each(asked)("$about.factory", ({ about, sender }) => {
  const { auth } = sender.definition;

  it.runIf(auth.sign !== undefined && auth.scheme !== "unsigned")(
    "accepts no answer to a challenge as the signature of a delivery",
    async () => {
      const receive = receiverOf(sender);
      const delivery = await createTestSender(sender, sampleKey(about)).sign(sampleRequest(about));
      let answers = 0;
      for (const challenge of wanted(delivery)) {
        for (const question of questions(challenge)) {
          const answered = await receive(question);
          if (answered.name !== "handshake") continue;
          answers++;
          for (const word of words(answered)) {
            for (const body of new Set([challenge, delivery.body.toString()])) {
              for (const forgery of forgeries(delivery, auth.credentialHeaders, body, word)) {
                const { name, hint } = await receive(forgery);
                expect(["unauthenticated", "bad_credentials", "handshake"], `${challenge}: ${word}: ${hint}`).toContain(
                  name,
                );
              }
            }
          }
        }
      }
      if (SIGNING.includes(about.factory)) expect(answers).toBeGreaterThan(0);
    },
  );
});

it("x and linkedin sign no JSON: a body that a stranger asks to be signed is refused", async () => {
  const body = JSON.stringify({ type: "a", tweet_create_events: [] });
  for (const { about, sender } of asked.filter((one) => /^(x|linkedin)$/.test(one.about.factory))) {
    for (const challenge of [body, `hmacsha256=${body}`, "a.b", "a b", ""]) {
      const outcome = await receiverOf(sender)({
        method: "GET",
        url: `/hook?crc_token=${encodeURIComponent(challenge)}&challengeCode=${encodeURIComponent(challenge)}`,
      });
      expect(outcome, `${about.factory} ${challenge}`).toMatchObject({
        name: "bad_credentials",
        reply: { status: 400 },
      });
    }
  }
});
