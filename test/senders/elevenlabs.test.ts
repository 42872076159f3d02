// Checks the sender ElevenLabs.

import { elevenlabs } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("kinds of one sender", () => {
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
      "elevenlabs: no conversation",
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
