// Checks the sender Neon Auth.

import { neonAuth } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { ed25519Pair } from "../../scripts/sample-keys.js";
import { send } from "../support/senders/send.js";

describe("how they write", () => {
  it("neonAuth: the time is bound, the body too", async () => {
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
