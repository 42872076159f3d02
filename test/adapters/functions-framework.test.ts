// A receiver as a Google Cloud Function, on the framework that runs it there. It parses bodies before the function, and
// keeps their bytes in `rawBody`.
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { createReceiver } from "hookgate";
import { slack, stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { expect, it } from "vitest";
import { quietLogger } from "../support/quiet.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const ran: string[] = [];
const payments = stripe({ secret: SECRET });
const chat = slack({ secret: SECRET });
const options = { logger: quietLogger, allow: ["127.0.0.1", "::1"] };
http("payments", createReceiver(payments, options).on("*", ({ type }) => void ran.push(type)) as never);
http("chat", createReceiver(chat, options).on("*", ({ type }) => void ran.push(type)) as never);

it.each([
  ["JSON", "payments", payments, "invoice.paid", {}],
  ["a form", "chat", chat, "/deploy", { command: "/deploy", text: "a b", token: "" }],
] as const)(
  "takes %s that is signed, refuses it forged, and knows a duplicate",
  async (_, name, sender, type, payload) => {
    const to = createTestSender(sender as never).to(getTestServer(name) as never);
    const genuine = await to.send(type as never, payload as never);
    const duplicate = await to.send(type as never, payload as never, { duplicateOf: genuine });
    const forged = await to.send(type as never, payload as never, { wrongKey: true });
    expect([genuine.status, duplicate.status, forged.status]).toEqual([200, 200, 401]);
    expect(ran.splice(0)).toHaveLength(1);
  },
);
