// Checks the sender Chargebee.

import { basicAuthValidator } from "chargebee";
import { chargebee } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("what binds nothing", () => {
  it("chargebee wants its password, and asks for it", async () => {
    const { receive } = delivered(chargebee({ username: "cb", password: secret }));
    const body = JSON.stringify({ id: "ev_1", event_type: "payment_succeeded" });
    const headers = { ...JSON_TYPE, authorization: `Basic ${Buffer.from(`cb:${secret}`).toString("base64")}` };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    const { reply } = await receive({ headers: JSON_TYPE, body });
    expect(reply).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringMatching(/^Basic /) } });
  });
});

libraryOracle("chargebee", {
  sender: chargebee({ username: "cb", password: secret }),
  type: "payment_succeeded",
  payload: { id: "ev_1", event_type: "payment_succeeded", note: NOTE },
  async accepts({ headers }) {
    await basicAuthValidator((username, password) => username === "cb" && password === secret)({ ...headers });
    return true;
  },
  forge: (signed) => ({
    ...signed,
    headers: { ...signed.headers, authorization: `Basic ${Buffer.from(`cb:${secret}x`).toString("base64")}` },
  }),
});
