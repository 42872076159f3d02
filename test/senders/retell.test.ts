// Checks the sender Retell AI.

import { retell } from "hookgate/senders";
import { verify } from "retell-sdk";
import { describe, expect, it } from "vitest";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { send } from "../support/senders/send.js";
import { header } from "../support/senders/signed.js";

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
  >([["a chat", retell({ secret }), { event: "chat_ended", chat: {} }, { type: "chat_ended", id: undefined }]])(
    "%s",
    async (_name, sender, payload, expected, more = {}) => {
      const { seen, outcome } = await send(sender, payload, more);
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([expected]);
    },
  );
});

libraryOracle("retell-sdk", {
  sender: retell({ secret }),
  type: "call_ended",
  payload: { event: "call_ended", call: { call_id: "c1", note: NOTE } },
  accepts: (signed) => verify(signed.body, secret, header(signed, "x-retell-signature")),
});
