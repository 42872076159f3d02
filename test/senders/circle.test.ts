// Checks the sender Circle.

import { generateKeyPairSync, sign } from "node:crypto";
import { circle } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

describe("circle", () => {
  const body = JSON.stringify({ notificationId: "n1", notificationType: "payments" });
  const signature = sign("sha256", Buffer.from(body), ec.privateKey).toString("base64");
  const spki = ec.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  it("is verified with the key that it names, as base64 of SPKI", async () => {
    const { seen, receive } = delivered(circle({ keys: async (id) => (id === "k1" ? spki : null) }));
    const headers = { ...JSON_TYPE, "x-circle-key-id": "k1", "x-circle-signature": signature };
    await receive({ headers, body });
    expect(seen).toMatchObject([{ id: "n1", type: "payments" }]);
    const unknown = await receive({ headers: { ...headers, "x-circle-key-id": "k2" }, body });
    expect(unknown).toMatchObject({ name: "unauthenticated" });
    expect((await receive({ method: "HEAD" })).reply).toMatchObject({ status: 200, body: "" });
  });
});

vectorOracle("circle", ({ secretOrKey: key = "" }) =>
  circle({ keys: { "879dc113-5ca4-4ff7-a6b7-54652083fcf8": key } }),
);
