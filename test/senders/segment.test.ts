// Checks the sender Segment.

import { createHmac } from "node:crypto";
import { segment } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("what is not signed", () => {
  it("takes no event that is put behind a signed one", async () => {
    const { signed, receive } = await send(segment({ secret }), { type: "track", messageId: "1" });
    const event = Buffer.from(signed.body).toString("utf8");
    const forged = '{"type":"track","messageId":"2"}';
    for (const body of [`[${event},${forged}]`, `\n[${event}, ${forged}]`, `[${event},${event}]`, `[${event},null]`]) {
      const outcome = await receive({ ...signed, url: "/", body });
      expect(outcome, body).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    }
    for (const body of ["[]", `[[${event}]]`, `[${forged},${event}]`, `{"0":${event}}`]) {
      expect((await receive({ ...signed, url: "/", body })).reply.status, body).toBeGreaterThanOrEqual(400);
    }
    // Alone, it is all that there is, and proven.
    expect(await receive({ ...signed, url: "/", body: `[${event}]` })).toMatchObject({ name: "processed" });
  });

  it("takes batches or leaves them, and nothing between", () => {
    expect(() => segment({ secret, batches: "yes" as never })).toThrow(/^segment: batches must be true, or left out/);
  });

  it("of a batch that is asked for only the first event is bound, and the trace says so", async () => {
    const batch = [
      { type: "track", messageId: "1" },
      { type: "track", messageId: "2" },
    ];
    const { signed, receive, outcome } = await send(segment({ secret, batches: true }), batch);
    expect(outcome).toMatchObject({ name: "processed" });
    expect(outcome.trace.find((line) => line.check === "extract-events")?.hint).toContain("not signed");
    const [first] = JSON.parse(Buffer.from(signed.body).toString("utf8")) as object[];
    const more = await receive({
      ...signed,
      url: "/",
      body: JSON.stringify([first, { type: "page", messageId: "3" }]),
    });
    expect(more).toMatchObject({ name: "processed" });
    const other = await receive({ ...signed, url: "/", body: JSON.stringify([{ ...first, type: "page" }]) });
    expect(other).toMatchObject({ name: "unauthenticated" });
  });

  it("of a single event all is bound, whatever white space a batch would begin with", async () => {
    const { signed, receive } = await send(segment({ secret }), { type: "track", messageId: "1" });
    const body = Buffer.from(signed.body).toString("utf8");
    expect(await receive({ ...signed, body: ` ${body}` })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ ...signed, body: ` [${body}]` })).toMatchObject({ name: "processed" });
  });
});

documentationOracle("https://github.com/segmentio/segment-docs", {
  sender: segment({ secret }),
  body: { type: "track", messageId: "m1" },
  headers: (body) => ({ "x-signature": createHmac("sha1", secret).update(body).digest("hex") }),
  seen: { type: "track", id: "m1" },
});
