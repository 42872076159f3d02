// Checks the sender Kinde.

import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeWebhook } from "@kinde/webhooks";
import type { Sender } from "hookgate";
import { kinde } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { ed25519Pair, rsaPair } from "../../scripts/sample-keys.js";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
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

  it.each<[string, unknown]>([["kinde", kinde({ publicKey })]])("%s", async (_name, sender) => {
    const { receive, seen } = delivered(of(sender));
    for (const claims of [accessToken, idToken]) {
      expect(await receive({ body: rs256(claims) })).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    }
    expect(seen).toEqual([]);
  });

  it("kinde's webhooks name neither issuer nor audience nor end, and are taken", async () => {
    const { receive, seen } = delivered(of(kinde({ publicKey })));
    const event = { data: { user: { id: "kp_1" } }, event_id: "event_1", source: "admin", type: "user.created" };
    expect((await receive({ body: rs256(event) })).name).toBe("processed");
    expect(seen).toMatchObject([{ type: "user.created", id: "event_1" }]);
  });
});

describe("a body that is a token", () => {
  const { publicKey, privateKey } = rsaPair();
  const event = { type: "user.created", event_id: "event_1", data: { user: { id: "kp_1" } } };

  it.each(["application/jwt", "text/plain", "text/plain; charset=utf-8", undefined])(
    "Kinde's, with the type %s",
    async (type) => {
      const { signed, receive, seen } = await send(kinde({ publicKey }), event, { key: privateKey });
      seen.length = 0;
      await receive({ body: signed.body, headers: type === undefined ? {} : { "content-type": type } });
      expect(seen).toMatchObject([{ type: "user.created", id: "event_1", payload: event }]);
    },
  );

  it("is refused with any other key, and unsigned", async () => {
    const { receive } = delivered(anySender(kinde({ publicKey })));
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(event)).toString("base64url")}.AA`;
    expect((await receive({ body: none })).reply.status).toBe(401);
    expect((await receive({ headers: JSON_TYPE, body: JSON.stringify(event) })).reply.status).toBe(400);
    await expect(
      createTestSender(anySender(kinde({ publicKey })), { key: ed25519Pair().privateKey }).sign({ payload: event }),
    ).rejects.toThrow(TypeError);
  });
});

libraryOracle("@kinde/webhooks", {
  sender: kinde({ publicKey: rsaPair().publicKey }),
  key: rsaPair().privateKey,
  type: "user.created",
  payload: { type: "user.created", event_id: "event_1", data: { user: { id: "kp_1", note: NOTE } } },
  async accepts({ body }) {
    const jwk = { ...createPublicKey(rsaPair().publicKey).export({ format: "jwk" }), alg: "RS256", use: "sig" };
    const server = createServer((_req, res) =>
      res.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] })),
    );
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    try {
      return await decodeWebhook(body, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
  change: (body) => body.replace(/.{10}$/, "AAAAAAAAAA"),
});
