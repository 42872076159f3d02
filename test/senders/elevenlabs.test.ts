// Checks the sender ElevenLabs.

import { createHmac } from "node:crypto";
import { elevenlabs } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;

const secret = "0123456789abcdef0123456789abcdef";

describe("kinds of deliveries", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([
    [
      "no conversation",
      elevenlabs({ secret }),
      { type: "voice_removal_notice", data: {} },
      { type: "voice_removal_notice", id: undefined },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

documentationOracle("https://github.com/elevenlabs/elevenlabs-js/blob/main/src/wrapper/webhooks.ts", {
  sender: elevenlabs({ secret }),
  options: { now },
  body: { type: "post_call_transcription", data: { conversation_id: "c1" } },
  headers: (body) => ({ "elevenlabs-signature": `t=${seconds},v0=${hex(`${seconds}.${body}`)}` }),
  seen: { type: "post_call_transcription", id: "post_call_transcription.c1" },
});
