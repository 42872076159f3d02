// Checks the sender Neon Auth.

import { createPrivateKey, sign } from "node:crypto";
import { neonAuth } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { ed25519Pair } from "../../scripts/sample-keys.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

describe("how it signs", () => {
  it("the time is bound, the body too", async () => {
    const { publicKey, privateKey: key } = ed25519Pair();
    const headers = { "x-neon-event-id": "e", "x-neon-event-type": "user.created" };
    const { signed, receive, outcome } = await send(neonAuth({ publicKey }), { a: 1 }, { key, headers });
    expect(outcome).toMatchObject({ name: "processed" });
    const later = String(Number(signed.headers["x-neon-timestamp"]) + 1);
    expect(await receive({ ...signed, headers: { ...signed.headers, "x-neon-timestamp": later } })).toMatchObject({
      name: "unauthenticated",
    });
  });
});

describe("misuse", () => {
  it.each<[string, () => unknown, RegExp]>([["neonAuth with nothing", () => neonAuth({}), /^neonAuth: give jwksUrl/]])(
    "%s throws",
    (_name, make, message) => {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
    },
  );
});

documentationOracle("https://neon.com/docs/auth/guides/webhooks", {
  sender: neonAuth({ publicKey: ed25519Pair().publicKey }),
  options: { now: () => 1_767_323_045_000 },
  body: { event_type: "user.created" },
  headers(body) {
    const encode = (text: string) => Buffer.from(text).toString("base64url");
    const head = encode(JSON.stringify({ alg: "EdDSA", kid: "k1" }));
    const input = `${head}.${encode(`1767323045000.${encode(body)}`)}`;
    const signature = sign(null, Buffer.from(input), createPrivateKey(ed25519Pair().privateKey)).toString("base64url");
    return {
      "x-neon-signature": `${head}..${signature}`,
      "x-neon-signature-kid": "k1",
      "x-neon-timestamp": "1767323045000",
      "x-neon-event-id": "e1",
      "x-neon-event-type": "user.created",
    };
  },
  seen: { type: "user.created", id: "e1" },
});
