// A secret that comes by itself is taken while somebody waits for it, once.

import { createReceiver, type Outcome } from "hookgate";
import { asana, notion, stripe } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { quietLogger } from "../support/quiet.js";

const quiet = { logger: quietLogger };
const SECRET = "0123456789abcdef0123456789abcdef";

function asanaReceiver() {
  const outcomes: Outcome[] = [];
  const receiver = createReceiver(asana({ secret: SECRET }), { ...quiet, onOutcome: (one) => outcomes.push(one) });
  const offer = (secret: string) =>
    receiver.receive({ headers: { "x-hook-secret": secret, "content-type": "application/json" }, body: "" });
  return { receiver, offer, outcomes };
}

describe("receiver.enrol", () => {
  it("resolves with the secret that the sender hands over, which is repeated to it", async () => {
    const { receiver, offer } = asanaReceiver();
    const secret = receiver.enrol();
    const outcome = await offer("b537207f20cbfa02357cf448134da559");
    expect(outcome).toMatchObject({ name: "handshake", reply: { status: 200, body: "" } });
    expect(outcome.reply.headers["x-hook-secret"]).toBe("b537207f20cbfa02357cf448134da559");
    expect(await secret).toBe("b537207f20cbfa02357cf448134da559");
  });

  it("takes one secret, and refuses those before and after it", async () => {
    const { receiver, offer } = asanaReceiver();
    const refused = { name: "forbidden", reply: { status: 403 } };
    expect(await offer("before-before-before")).toMatchObject(refused);
    const secret = receiver.enrol();
    expect(await offer("mine-mine-mine-mine")).toMatchObject({ name: "handshake" });
    const after = await offer("theirs-theirs-theirs");
    expect(after).toMatchObject(refused);
    expect(JSON.stringify(after.reply)).not.toContain("theirs");
    expect(await secret).toBe("mine-mine-mine-mine");
  });

  it("rejects when none came in time, and when the receiver closes", async () => {
    const { receiver, offer } = asanaReceiver();
    await expect(receiver.enrol({ forSeconds: 0.02 })).rejects.toThrow("no secret came within 0.02 s");
    expect(await offer("too-late-too-late")).toMatchObject({ name: "forbidden" });
    const rejected = expect(receiver.enrol()).rejects.toThrow("the receiver is closing");
    await receiver.close({ graceSeconds: 0 });
    await rejected;
  });

  it("refuses a second window, and senders that hand over nothing", async () => {
    const receiver = createReceiver(notion({ secret: SECRET }), quiet);
    receiver.enrol().catch(() => undefined);
    expect(() => receiver.enrol()).toThrow("a window is open already");
    expect(() => createReceiver(stripe({ secret: SECRET }), quiet).enrol()).toThrow("stripe hands over no secret");
    await receiver.close({ graceSeconds: 0 });
  });
});
