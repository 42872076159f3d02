// Checks the sender Mailchimp Marketing.

import { mailchimp } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("Mailchimp's look at its URL", () => {
  it("is answered where it brings the token, and refused where not", async () => {
    const { receive } = at(mailchimp({ token: secret }));
    expect(await receive({ method: "GET", url: `/hook?token=${secret}` })).toMatchObject(answered(""));
    expect(await receive({ method: "GET", url: "/hook?token=x" })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ method: "GET", url: "/hook" })).toMatchObject({ name: "unauthenticated" });
  });
});

documentationOracle("https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/", {
  sender: mailchimp({ token: secret }),
  url: `/hook?token=${secret}`,
  forged: { url: `/hook?token=${secret}x` },
  headers: () => ({ "content-type": "application/x-www-form-urlencoded" }),
  body: "type=subscribe",
  seen: { type: "subscribe" },
});
