// Checks the sender Strava.

import { strava } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentedAt } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";
import { send } from "../support/senders/send.js";

const verifyToken = "verify-0123456789";
const confirm = () => true;

describe(documentedAt("https://developers.strava.com/docs/webhooks/"), () => {
  it.each<[string, unknown, string, string]>([
    [
      "strava",
      strava({ verifyToken, confirm }),
      `hub.mode=subscribe&hub.challenge=x&hub.verify_token=${verifyToken}`,
      '{"hub.challenge":"x"}',
    ],
  ])("%s is answered with it", async (_name, sender, query, body) => {
    const { seen, receive } = at(sender);
    const outcome = await receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject(answered(body));
    expect(outcome.reply.headers).toMatchObject({ "x-content-type-options": "nosniff" });
    expect(seen).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["strava", strava({ verifyToken, confirm }), "hub.challenge=x&hub.verify_token=wrong"],
  ])("%s is not answered where the token is another one", async (_name, sender, query) => {
    const outcome = await at(sender).receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    expect(String(outcome.reply.body)).not.toContain("challenge");
  });
});

describe("what is not signed", () => {
  it("an event reaches a handler only if confirm verifies it", async () => {
    const event = { object_type: "activity", aspect_type: "create", object_id: 1, event_time: 2 };
    const asked = (confirm: () => boolean) => send(strava({ verifyToken: "t-0123456789", confirm }), event);
    const { seen } = await asked(() => true);
    expect(seen).toMatchObject([{ type: "activity.create", verified: false, id: "activity.create.1.2" }]);
    expect((await asked(() => false)).seen).toEqual([]);
  });
});

describe("misuse", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["strava without confirm", () => strava({ verifyToken: "t" } as never), /^strava: confirm\(event\) is required/],
  ])("%s throws", (_name, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
