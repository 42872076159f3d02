// receiver.fetch answers a Request with a Response.
import { json } from "hookgate";
import { describe, expect, it } from "vitest";
import { build, erp, event, gate, problem, signed } from "../harness.js";

const request = (body: string, headers: Record<string, string> = {}, url = "https://example.com/hooks") =>
  new Request(url, { method: "POST", headers: { ...signed(body), ...headers }, body });

describe("on the Fetch API", () => {
  it("answers with the same statuses, headers and bytes as over HTTP", async () => {
    const { receiver } = build();
    const { fetch } = receiver; // bound
    receiver.on("order.created", (_, context) => context.reply({ status: 201, headers: { "x-a": "1" }, body: "made" }));
    const body = event();
    const first = await fetch(request(body));
    expect([first.status, first.headers.get("x-a"), await first.text()]).toEqual([201, "1", "made"]);
    const again = await fetch(request(body));
    expect([again.status, await again.text()]).toEqual([201, "made"]);
    const refused = await fetch(request(body, { "x-signature": "" }));
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.headers.get("cache-control")).toBe("no-store");
    expect(refused.status).toBeGreaterThanOrEqual(400);
  });

  it("sends no body with 204, and none to HEAD", async () => {
    const { receiver } = build();
    receiver.on("order.created", (_, context) => context.reply({ status: 204, body: "dropped" }));
    const answer = await receiver.fetch(request(event()));
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    const head = await receiver.fetch(new Request("https://example.com/hooks", { method: "HEAD" }));
    expect([head.status, head.headers.get("allow"), await head.text()]).toEqual([405, "POST", ""]);
  });

  it("keeps the query of the request's URL out of the outcome", async () => {
    const { receiver, outcomes } = build();
    expect((await receiver.fetch(request(event(), {}, "https://example.com/hooks?token=1"))).status).toBe(200);
    expect(outcomes[0]?.path).toBe("/hooks");
  });

  it("refuses everything where `allow` is set and no address was passed, and says so once", async () => {
    const { receiver, lines } = build({ allow: ["203.0.113.7"] });
    for (let at = 0; at < 2; at++) expect((await receiver.fetch(request(event()))).status).toBe(403);
    expect(lines.filter((line) => line.includes("without remoteAddress"))).toHaveLength(1);
    expect((await receiver.fetch(request(event()), { remoteAddress: "203.0.113.7" })).status).toBe(200);
  });

  it("is misconfigured where the body was read before it", async () => {
    const { receiver, outcomes } = build();
    const read = request(event());
    await read.text();
    const answer = await receiver.fetch(read);
    expect(await answer.text()).toBe(problem("misconfigured", 500, "Internal Server Error"));
    expect(outcomes[0]?.hint).toMatch(/request\.clone\(\)/);
  });

  it("never rejects, also where a sender's own code throws", async () => {
    const { receiver, errors } = build(
      {},
      erp({
        event: () => {
          throw new Error("a bug");
        },
      }),
    );
    expect((await receiver.fetch(request("{}"))).status).toBe(500);
    expect(errors.map(({ code }) => code)).toEqual(["internal_error"]);
  });

  it("hands what runs on to waitUntil, also of a batch whose reply is another event's failure", async () => {
    const batch = erp({ event: { id: json("id"), type: json("type"), each: "events" } });
    const { receiver, errors } = build({ answerWithinSeconds: 0.05 }, batch);
    const end = gate();
    let isDone = false;
    receiver.on("fails", () => {
      throw new Error("mine");
    });
    receiver.on("slow", async () => {
      await end.opened;
      isDone = true;
    });
    const work: Promise<unknown>[] = [];
    const answer = await receiver.fetch(request('{"events":[{"id":"1","type":"fails"},{"id":"2","type":"slow"}]}'), {
      waitUntil: (promise) => work.push(promise),
    });
    expect(await answer.text()).toBe(problem("handler_failed", 500, "Internal Server Error"));
    expect(work).toHaveLength(1);
    end.open();
    await work[0];
    expect(isDone).toBe(true);
    expect(errors.map(({ code }) => code)).toEqual(["handler_failed"]);
  });
});
