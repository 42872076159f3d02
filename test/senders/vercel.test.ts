// Checks the sender Vercel.

import { createHmac } from "node:crypto";
import { vercel } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const hmac = (text: string, encoding: "hex" | "base64" = "hex", algorithm = "sha256", key: string | Buffer = secret) =>
  createHmac(algorithm, key).update(text).digest(encoding);

documentationOracle("https://vercel.com/docs/webhooks", {
  sender: vercel({ secret }),
  body: { id: "e1", type: "deployment.created", createdAt: nowMs },
  headers: (body) => ({ "x-vercel-signature": hex(body, secret, "sha1") }),
  seen: { type: "deployment.created", id: "e1" },
});

describe("vercel", () => {
  it("answers the unsigned first request of a drain, where there is a token", async () => {
    const drain = receiverOf(vercel({ secret, verifyToken: "verify-1" }));
    const outcome = await drain.receive({ headers: JSON_TYPE, body: '[{"id":"1","source":"build"}]' });
    expect(outcome).toMatchObject({
      name: "handshake",
      reply: { status: 200, headers: { "x-vercel-verify": "verify-1" } },
    });
    expect(drain.seen).toEqual([]);
    const plain = await receiverOf(vercel({ secret })).receive({ headers: JSON_TYPE, body: "[]" });
    expect(plain).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });

  it("hands over the lines of a drain one by one", async () => {
    const { seen, receive } = receiverOf(vercel({ secret, verifyToken: "verify-1" }));
    const body = '[{"id":"1","source":"build"},{"id":"2","source":"lambda"}]';
    await receive({ headers: { ...JSON_TYPE, "x-vercel-signature": hmac(body, "hex", "sha1") }, body });
    expect(seen).toEqual(["build 1", "lambda 2"]);
  });

  it.each(["application/x-ndjson", "application/ndjson; charset=utf-8"])(
    "reads the lines of a drain in NDJSON, sent as %s, even a single one",
    async (type) => {
      const { seen, receive } = receiverOf(vercel({ secret, verifyToken: "verify-1" }));
      for (const body of [
        '{"id":"1","source":"build"}\n{"id":"2","source":"lambda"}\n',
        '{"id":"3","source":"edge"}',
      ]) {
        await receive({ headers: { "content-type": type, "x-vercel-signature": hmac(body, "hex", "sha1") }, body });
      }
      expect(seen).toEqual(["build 1", "lambda 2", "edge 3"]);
      const forged = { "content-type": type, "x-vercel-signature": "0".repeat(40) };
      expect(await receive({ headers: forged, body: "{}" })).toMatchObject({ name: "unauthenticated" });
    },
  );
});
