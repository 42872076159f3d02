// Checks the sender Resend.

import { resend } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { Resend } from "resend";
import { Webhook } from "svix";
import { expect, it } from "vitest";
import { delivered } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const whsec = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const payload = { note: "é / <b> \u2028 😀 & + %20" };

it("resend: the headers are svix-*, as Svix' library wants them, and webhook-* are read as well", async () => {
  const sender = resend({ secret: whsec });
  const { headers, body } = await createTestSender(sender).sign({ type: "email.sent", payload });
  expect(Object.keys(headers).filter((name) => name.startsWith("webhook-"))).toEqual([]);
  expect(new Webhook(whsec).verify(Buffer.from(body).toString(), { ...headers })).toMatchObject(payload);
  const { receive, seen } = delivered(sender);
  const renamed = Object.entries(headers).map(([name, value]) => [name.replace(/^svix-/, "webhook-"), value]);
  expect(await receive({ headers: Object.fromEntries(renamed), body })).toMatchObject({ name: "processed" });
  expect(seen).toMatchObject([{ type: "email.sent", id: headers["svix-id"] }]);
});

libraryOracle("resend", {
  sender: resend({ secret: whsec }),
  type: "email.sent",
  payload: { type: "email.sent", note: NOTE },
  accepts: (signed) =>
    new Resend("re_0123456789").webhooks.verify({
      payload: signed.body,
      headers: {
        id: header(signed, "svix-id"),
        timestamp: header(signed, "svix-timestamp"),
        signature: header(signed, "svix-signature"),
      },
      webhookSecret: whsec,
    }),
});
