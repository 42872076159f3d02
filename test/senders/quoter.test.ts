// Checks the sender Quoter.

import { createHash } from "node:crypto";
import { quoter } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const hash = (text: string, algorithm: string) => createHash(algorithm).update(text).digest("hex");

describe(documentedAt("https://help.quoter.com"), () => {
  const seconds = String(nowMs / 1000);
  const quote = (data: string, key = secret) =>
    form({ hash: hash(key + seconds + data, "md5"), timestamp: seconds, data });

  it("the payload is the JSON in data, the type what the URL says", async () => {
    const { seen, receive } = delivered(quoter({ secret }), { now });
    await receive({ url: "/?object=quote", headers: FORM_TYPE, body: quote('{"id":"é"}') });
    await receive({ url: "/", headers: FORM_TYPE, body: quote('{"id":"2"}') });
    expect(seen).toMatchObject([
      { type: "quote", payload: { id: "é" } },
      { type: "changed", payload: { id: "2" } },
    ]);
    const forged = await receive({ headers: FORM_TYPE, body: quote('{"id":"3"}', "other") });
    expect(forged).toMatchObject({ name: "unauthenticated" });
    const late = delivered(quoter({ secret }), { now: () => nowMs + 301_000 });
    expect(await late.receive({ headers: FORM_TYPE, body: quote('{"id":"4"}') })).toMatchObject({
      name: "unauthenticated",
    });
  });
});
