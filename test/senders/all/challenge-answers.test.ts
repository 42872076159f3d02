// No answer to an unsigned challenge is a signature: whatever a stranger asks, the answer proves no delivery.
import type { BinaryToTextEncoding } from "node:crypto";
import { createReceiver, type Outcome, type Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it, vi } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import { asked } from "./challenge-requests.js";

/** Every hash and MAC of this process: what was hashed, and the result in hex. */
const { made } = vi.hoisted(() => ({ made: [] as { text: string; hex: string }[] }));
vi.mock("node:crypto", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:crypto")>();
  function recorded<Kind extends { update: unknown; digest: unknown }>(hash: Kind): Kind {
    const chunks: Buffer[] = [];
    const update = hash.update as (data: string | Uint8Array, encoding?: BufferEncoding) => unknown;
    const digest = hash.digest as () => Buffer;
    hash.update = (data: string | Uint8Array, encoding?: BufferEncoding) => {
      chunks.push(typeof data === "string" ? Buffer.from(data, encoding ?? "utf8") : Buffer.from(data));
      update.call(hash, data, encoding);
      return hash;
    };
    hash.digest = (encoding?: BinaryToTextEncoding) => {
      const bytes = digest.call(hash);
      made.push({ text: Buffer.concat(chunks).toString("utf8"), hex: bytes.toString("hex") });
      return encoding === undefined ? bytes : bytes.toString(encoding);
    };
    return hash;
  }
  return {
    ...real,
    createHmac: (...given: Parameters<typeof real.createHmac>) => recorded(real.createHmac(...given)),
    createHash: (...given: Parameters<typeof real.createHash>) => recorded(real.createHash(...given)),
  };
});

const ORIGIN = "https://example.com";
const UUID = "890e4665-4dfe-4ab1-b689-ed553bceeed0";
const HEX = "20f9f8ed05f77439fe955c977e4c8a53";

const described = describedSenders();
const shaking = described.filter(({ sender }) => (sender.definition.handshakes ?? []).length > 0);

/** Everything in an answer that could be a MAC, as hex: written as hex or as base64, with or without something before it. */
function macsIn({ reply }: Outcome): ReadonlySet<string> {
  const text = JSON.stringify([reply.headers, Buffer.from(reply.body).toString("utf8")]).replaceAll("\\", "");
  const found = new Set<string>();
  for (const [token] of text.matchAll(/[\w+/-]{20,}={0,2}/g)) {
    if (/^[0-9a-f]+$/i.test(token)) found.add(token.toLowerCase());
    found.add(Buffer.from(token, "base64").toString("hex"));
    found.add(Buffer.from(token, "base64url").toString("hex"));
  }
  return found;
}

function receiverOf(sender: Sender<never>) {
  return createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    dedupe: false,
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  }).on("*", () => {});
}

/** Bodies that a stranger may pick: small ones, and those that are a challenge themselves. */
const BODIES: readonly (string | undefined)[] = [
  undefined,
  "{}",
  "[]",
  "1",
  "12345",
  "-1",
  "1e5",
  "true",
  "null",
  '"a"',
  HEX,
  UUID,
  '{"tweet_create_events":[{"id":1}],"for_user_id":"2"}',
  '{"type":"LEAD_ACTION","notifications":[{"notificationId":1}]}',
  `bt_signature=integration_public_key%7C0&bt_payload=${HEX}`,
  `bt_signature=integration_public_key%7C0&bt_payload=${HEX.slice(0, 20)}`,
];
/** What a stranger may put before or behind a text, to make of it what a sender signs. */
const AROUND = (text: string) => [text, `hmacsha256=${text}`, `v0:0:${text}`, `${text}\n`, text.trim()];

describe.each(shaking)("$about.factory", ({ about, sender }) => {
  it("answers no challenge with what proves a delivery", async () => {
    const receiver = receiverOf(sender);
    const testSender = createTestSender(sender, sampleKey(about));
    let isAnswered = false;
    for (const body of BODIES) {
      made.length = 0;
      let signed: Awaited<ReturnType<typeof testSender.sign>>;
      try {
        signed = await testSender.sign(body === undefined ? sampleRequest(about) : { body });
      } catch {
        continue; // a body that this sender's own scheme cannot sign
      }
      const hashed = [...made];
      const { method, url, headers } = signed;
      const outcome = await receiver.receive({ method, url: url.slice(ORIGIN.length), headers, body: signed.body });
      const isProven = outcome.trace.some(({ check, result }) => check === "authenticate" && result === "passed");
      const texts = [
        ...new Set([...hashed.map(({ text }) => text), body ?? "", HEX, UUID, "emitter.example.com"].flatMap(AROUND)),
      ];
      for (const text of texts.filter((one) => one !== "" && one.length <= 4_096)) {
        for (const request of asked(text)) {
          const answer = await receiver.receive(request);
          if (answer.name !== "handshake") continue;
          isAnswered = true;
          if (!isProven) continue;
          const macs = macsIn(answer);
          const signatures = hashed.filter(({ hex }) => macs.has(hex));
          expect(signatures, `${request.method} ${request.url} signs ${body ?? "the sample"}`).toEqual([]);
        }
      }
    }
    const isAsked = (sender.definition.handshakes ?? []).some(({ isUnsigned }) => isUnsigned);
    expect(isAnswered, "the table above has no challenge for this sender").toBe(isAsked);
  });
});
