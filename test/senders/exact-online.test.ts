// Checks the sender Exact Online.

import { createHmac } from "node:crypto";
import { exactOnline } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}

describe(
  documentedAt("https://support.exactonline.com/community/s/article/All-All-DNO-Content-webhookstut?language=en_GB"),
  () => {
    const content = '{"Topic":"Accounts","Action":"Update", "Key":"b1\\/2","Division":1,"EventCreatedOn":"2026-01-02"}';
    const wrap = (inner: string, signed = inner) =>
      `{"Content":${inner},"HashCode":"${hmac(signed).digest("hex").toUpperCase()}"}`;

    it("signs the text of Content as it was sent, spaces and escapes included", async () => {
      const { seen, receive } = delivered(exactOnline({ secret }));
      expect(await receive({ headers: JSON_TYPE, body: wrap(content) })).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([{ type: "Accounts.Update", id: "Accounts.Update.1.b1/2.2026-01-02" }]);
      const compact = JSON.stringify(JSON.parse(content));
      expect(await receive({ headers: JSON_TYPE, body: wrap(content, compact) })).toMatchObject({
        name: "unauthenticated",
      });
    });

    it.each([
      ["a second Content", wrap(content).replace("}", `},"Content":${content.replace("Accounts", "Items")}`)],
      ["a second Content, its name escaped", `{"\\u0043ontent":{"Topic":"Items"},${wrap(content).slice(1)}`],
      ["a Content deeper inside", `{"a":{"Content":1},"HashCode":"${hmac("1").digest("hex").toUpperCase()}"}`],
      ["no JSON", `${wrap(content)}x`],
    ])("refuses %s", async (_name, body) => {
      const { seen, receive } = delivered(exactOnline({ secret }));
      const { reply } = await receive({ headers: JSON_TYPE, body });
      expect([400, 401]).toContain(reply.status);
      expect(seen).toEqual([]);
    });

    it("answers the empty POST of a new subscription, and no handler runs", async () => {
      const { seen, receive } = delivered(exactOnline({ secret }));
      expect(await receive({ body: "" })).toMatchObject({ name: "handshake", reply: { status: 200, body: "" } });
      expect(seen).toEqual([]);
    });
  },
);
