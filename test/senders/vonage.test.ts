// Checks the sender Vonage.

import { verifySignature } from "@vonage/jwt";
import { vonage } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { send } from "../support/senders/send.js";
import { header } from "../support/senders/signed.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const secret = "0123456789abcdef0123456789abcdef";

it.each<[string, (secret: string) => unknown]>([["vonage", (secret) => vonage({ secret })]])(
  "%s is not built with a secret that is shorter than its hash",
  (_name, build) => {
    expect(() => build(SECRET)).not.toThrow();
    expect(() => build(SECRET.slice(1))).toThrow(/at least 32 bytes/);
  },
);

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
      "a status",
      vonage({ secret }),
      { message_uuid: "m", status: "delivered" },
      { type: "message.delivered", id: "m.delivered" },
    ],
    [
      "a call",
      vonage({ secret }),
      { uuid: "u", status: "answered", timestamp: "2026-01-02T03:04:05Z" },
      { type: "call.answered", id: "u.answered.2026-01-02T03:04:05Z" },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

libraryOracle("@vonage/jwt", {
  sender: vonage({ secret }),
  type: "message.delivered",
  payload: { message_uuid: "m", status: "delivered", note: NOTE },
  accepts: (signed) => verifySignature(header(signed, "authorization").replace("Bearer ", ""), secret),
  forge: (signed) => ({
    ...signed,
    headers: { ...signed.headers, authorization: header(signed, "authorization").replace(/.{10}$/, "AAAAAAAAAA") },
  }),
});
