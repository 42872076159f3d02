// Checks the sender Wix.

import { generateKeyPairSync, sign } from "node:crypto";
import { AppStrategy, createClient } from "@wix/sdk";
import type { Sender } from "hookgate";
import { wix } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import { delivered } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { anySender, send } from "../support/senders/send.js";

const nowSeconds = Math.floor(Date.now() / 1000);
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
function rs256(claims: object): string {
  const input = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}
const of = (sender: unknown) => sender as Sender<Record<string, unknown>>;

describe("a token of the same keys that is no webhook", () => {
  const user = { iss: "https://acme.kinde.com", aud: ["api"], sub: "kp_1", iat: nowSeconds, exp: nowSeconds + 3_600 };
  const accessToken = { ...user, azp: "client", scp: ["openid"], jti: "j-1" };
  const idToken = { ...user, aud: ["client"], email: "a@example.com", updated_at: nowSeconds };

  it.each<[string, unknown]>([["wix", wix({ publicKey })]])("%s", async (_name, sender) => {
    const { receive, seen } = delivered(of(sender));
    for (const claims of [accessToken, idToken]) {
      expect(await receive({ body: rs256(claims) })).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    }
    expect(seen).toEqual([]);
  });
});

describe("a body that is a token", () => {
  const { publicKey, privateKey } = rsaPair();

  it("Wix' holds JSON in JSON, and its end is judged", async () => {
    const payload = {
      data: { eventType: "wix.ecom.v1.order_created", instanceId: "i", data: { id: "e-1", entityId: "o" } },
    };
    const { seen, signed } = await send(wix({ publicKey }), payload, { key: privateKey });
    expect(seen).toMatchObject([{ type: "wix.ecom.v1.order_created", id: "e-1", payload }]);
    const late = delivered(anySender(wix({ publicKey })), { now: () => Date.now() + 3_600_000 });
    expect(await late.receive({ ...signed, url: "/" })).toMatchObject({ name: "unauthenticated" });
  });
});

libraryOracle("@wix/sdk", {
  sender: wix({ publicKey: rsaPair().publicKey }),
  key: rsaPair().privateKey,
  type: "wix.ecom.v1.order_created",
  payload: {
    data: { eventType: "wix.ecom.v1.order_created", instanceId: "i", data: { id: "e-1", entityId: NOTE } },
  },
  async accepts({ body }) {
    const { publicKey } = rsaPair();
    const client = createClient({ auth: AppStrategy({ appId: "a", publicKey }), modules: {} });
    return (await client.webhooks.parseJWT(body)).eventType === "wix.ecom.v1.order_created";
  },
  change: (body) => body.replace(/.{10}$/, "AAAAAAAAAA"),
});
