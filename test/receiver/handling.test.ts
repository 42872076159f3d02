// Handlers: retries, replies, time limits, steps that run once, and errors.

import { setTimeout as sleep } from "node:timers/promises";
import {
  type DedupeStore,
  Discard,
  header,
  json,
  memoryStore,
  type Outcome,
  RetryLater,
  type WebhookError,
} from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { closeServers, listen } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";
import { deliver, eventBody, gate, post, type Run, receiverOf, signed } from "./harness.js";

afterEach(closeServers);

const send = (
  receiver: ReturnType<typeof receiverOf>["receiver"],
  body = eventBody(),
  headers: Record<string, string> = {},
) => receiver.receive({ headers: { ...signed(body), ...headers }, body });

describe("copies of one event", () => {
  it("run the handler once when 30 arrive together, and none gets success before it finished", async () => {
    let isDone = false;
    const { receiver, calls } = receiverOf(async () => {
      await sleep(200);
      isDone = true;
    });
    const port = await listen(receiver as never);
    const early: number[] = [];
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const answer = await deliver(port);
        if (!isDone && answer.status < 300) early.push(answer.status);
        return answer.status;
      }),
    );
    expect(calls).toHaveLength(1);
    expect(early).toEqual([]);
    expect(answers.every((status) => status === 200)).toBe(true);
  });

  it("run once when the sender hangs up and sends again", async () => {
    const { open, opened } = gate();
    const { receiver, calls } = receiverOf(() => opened);
    const port = await listen(receiver as never);
    const body = eventBody();
    const controller = new AbortController();
    const first = fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      headers: signed(body),
      body,
      signal: controller.signal,
    }).catch(() => "hung up");
    await expect.poll(() => calls.length).toBe(1);
    controller.abort();
    expect(await first).toBe("hung up");
    const second = deliver(port, body);
    open();
    expect((await second).status).toBe(200);
    expect(calls).toHaveLength(1);
  });

  it("run again after a failure, with the attempt counted", async () => {
    const attempts: number[] = [];
    const { receiver } = receiverOf((_, context) => {
      attempts.push(context.attempt);
      if (attempts.length < 3) throw new Error("not yet");
    });
    expect((await send(receiver)).name).toBe("handler_failed");
    expect((await send(receiver)).name).toBe("handler_failed");
    expect((await send(receiver)).name).toBe("processed");
    expect((await send(receiver)).name).toBe("duplicate");
    expect(attempts).toEqual([1, 2, 3]);
  });

  it("run again once the lease of a crashed holder has passed", async () => {
    let nowMs = 0;
    const store = memoryStore({ now: () => nowMs });
    const crashed = receiverOf(() => new Promise(() => undefined), {
      scope: "a",
      answerWithinSeconds: 0.05,
      dedupe: { store, leaseSeconds: 60 },
    });
    expect((await send(crashed.receiver)).name).toBe("handler_running");
    // Another process, on the same records.
    const { calls, receiver } = receiverOf(undefined, { dedupe: { store: { ...methodsOf(store) } }, scope: "a" });
    expect(await send(receiver)).toMatchObject({ name: "in_flight", retryAfterSeconds: 60 });
    nowMs += 60_001;
    expect((await send(receiver)).name).toBe("processed");
    expect(calls).toHaveLength(1);
  });
});

/** The same records behind another object, as another process would see them. */
function methodsOf(store: DedupeStore): DedupeStore {
  return {
    name: store.name,
    isShared: false,
    claim: (one) => store.claim(one),
    renew: (...all) => store.renew(...all),
    complete: (...all) => store.complete(...all),
    release: (...all) => store.release(...all),
  };
}

describe("a handler that outlives the sender's patience", () => {
  const late = (run: Run) => {
    const outcomes: Outcome[] = [];
    return { outcomes, ...receiverOf(run, { answerWithinSeconds: 0.05, onOutcome: (one) => void outcomes.push(one) }) };
  };

  it("completes when it returns: the retry gets success", async () => {
    const { open, opened } = gate();
    const { receiver, outcomes, calls } = late(() => opened);
    expect(await send(receiver)).toMatchObject({ name: "handler_running", reply: { status: 503 }, retry: true });
    open();
    await expect
      .poll(() => outcomes.map((one) => [one.name, one.isLate]))
      .toEqual([
        ["handler_running", false],
        ["processed", true],
      ]);
    expect((await send(receiver)).name).toBe("duplicate");
    expect(calls).toHaveLength(1);
  });

  it("releases when it throws: the retry runs", async () => {
    const { open, opened } = gate();
    const { receiver, outcomes, calls } = late(async () => {
      await opened;
      if (calls.length === 1) throw new Error("late and wrong");
    });
    expect((await send(receiver)).name).toBe("handler_running");
    open();
    await expect.poll(() => outcomes.length).toBe(2);
    expect((await send(receiver)).name).toBe("processed");
    expect(calls).toHaveLength(2);
  });

  it("has its signal aborted at handlerTimeoutSeconds, and not before", async () => {
    const { receiver } = receiverOf(
      async (_, { signal }) => {
        expect(signal.aborted).toBe(false);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw signal.reason;
      },
      { handlerTimeoutSeconds: 0.1 },
    );
    const outcome = await send(receiver);
    expect(outcome.name).toBe("handler_failed");
    expect(String((outcome.error as WebhookError).cause)).toContain("handlerTimeoutSeconds");
  });
});

describe("how a handler ends", () => {
  it("Discard completes: the next attempt is a duplicate", async () => {
    const { receiver, calls } = receiverOf(() => {
      throw new Discard("gone");
    });
    expect(await send(receiver)).toMatchObject({ name: "discarded", reply: { status: 200 }, retry: false });
    expect((await send(receiver)).name).toBe("duplicate");
    expect(calls).toHaveLength(1);
  });

  it("Discard is answered in the sender's own way where it has one, and again to a duplicate", async () => {
    const { receiver } = receiverOf(
      () => {
        throw new Discard();
      },
      {},
      { reply: { stopStatus: 406 } },
    );
    expect((await send(receiver)).reply.status).toBe(406);
    expect((await send(receiver)).reply.status).toBe(406);
  });

  it("RetryLater releases, and asks for at most a minute", async () => {
    const { receiver } = receiverOf(() => {
      throw new RetryLater({ afterSeconds: 1e12 });
    });
    expect(await send(receiver)).toMatchObject({ name: "retry_later", reply: { headers: { "retry-after": "60" } } });
    expect((await send(receiver)).name).toBe("retry_later");
  });

  it.each([
    ["undefined", undefined],
    ["null", null],
    ["a string", "x"],
    ["a frozen object", Object.freeze({})],
  ])("survives a handler that throws %s", async (_, thrown) => {
    const { receiver } = receiverOf(() => {
      throw thrown;
    });
    expect((await send(receiver)).name).toBe("handler_failed");
  });

  it("a reply of its own is sent, and sent again to duplicates", async () => {
    const { receiver } = receiverOf((_, context) =>
      context.reply({ status: 202, headers: { "X-Mine": "1" }, body: "[accepted]" }),
    );
    const reply = { status: 202, headers: { "x-mine": "1" }, body: "[accepted]" };
    expect((await send(receiver)).reply).toEqual(reply);
    expect(await send(receiver)).toMatchObject({ name: "duplicate", reply });
  });

  it.each([
    [
      "a failure's status",
      (reply: (one: { status?: number; headers?: Record<string, string> }) => void) => reply({ status: 500 }),
    ],
    [
      "a header that would break the line",
      (reply: (one: { status?: number; headers?: Record<string, string> }) => void) =>
        reply({ headers: { a: "b\r\nc: d" } }),
    ],
  ])("a reply with %s is a TypeError inside the handler", async (_, misuse) => {
    const { receiver } = receiverOf((_event, context) => expect(() => misuse(context.reply)).toThrow(TypeError));
    expect((await send(receiver)).name).toBe("processed");
  });

  it("context.once does not repeat a part that succeeded, and gives its value again", async () => {
    const parts: string[] = [];
    const { receiver, calls } = receiverOf(async (_, context) => {
      const charge = await context.once("charge", () => {
        parts.push("charge");
        return { id: "ch_1" };
      });
      expect(charge).toEqual({ id: "ch_1" });
      if (calls.length === 1) throw new Error("after the charge");
    });
    expect((await send(receiver)).name).toBe("handler_failed");
    expect((await send(receiver)).name).toBe("processed");
    expect(parts).toEqual(["charge"]);
  });
});

describe("close", () => {
  it("awaits running handlers, then aborts them and gives their claims back", async () => {
    const store = memoryStore();
    const { receiver } = receiverOf(
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      { dedupe: { store } },
    );
    const running = send(receiver);
    await receiver.close({ graceSeconds: 0.05 });
    expect(await running).toMatchObject({ name: "closing", retry: true, reply: { status: 503 } });
    expect((await send(receiver)).name).toBe("closing");
    const { receiver: next } = receiverOf(undefined, { dedupe: { store: methodsOf(store) } });
    expect((await send(next)).name).toBe("processed");
  });
});

describe("a store that fails", () => {
  const failing = (ops: Partial<DedupeStore>): DedupeStore => ({ ...methodsOf(memoryStore()), ...ops });

  it("on complete: the effect exists, so the sender gets success and the failure is logged", async () => {
    let tries = 0;
    const errors: string[] = [];
    const store = failing({
      complete: () => {
        tries++;
        return Promise.reject(new Error("down"));
      },
    });
    const { receiver } = receiverOf(undefined, { dedupe: { store }, onError: (error) => void errors.push(error.code) });
    expect(await send(receiver)).toMatchObject({ name: "processed", events: [{ notes: ["complete_failed"] }] });
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(errors).toEqual(["complete_failed"]);
  });

  it("on complete with `lost`: the sender hears success, and it is reported as a double run", async () => {
    const { receiver } = receiverOf(undefined, { dedupe: { store: failing({ complete: () => "lost" }) } });
    expect(await send(receiver)).toMatchObject({ name: "processed", events: [{ notes: ["double_run"] }] });
  });

  it("on claim: 503 and no handler, or the handler without dedupe by choice", async () => {
    const claim = () => Promise.reject(new Error("down"));
    const refusing = receiverOf(undefined, { dedupe: { store: failing({ claim }) } });
    expect(await send(refusing.receiver)).toMatchObject({ name: "store_unavailable", reply: { status: 503 } });
    expect(refusing.calls).toEqual([]);
    let state: string | undefined;
    const processing = receiverOf(
      (_, context) => {
        state = context.dedupe;
      },
      { dedupe: { store: failing({ claim }), onStoreFailure: "process" } },
    );
    expect(await send(processing.receiver)).toMatchObject({
      name: "processed",
      events: [{ notes: ["dedupe_bypassed"] }],
    });
    expect(state).toBe("bypassed");
  });

  it("with an answer that cannot be understood: 503, never new", async () => {
    const { receiver, calls } = receiverOf(undefined, {
      dedupe: { store: failing({ claim: () => ({ state: "newer" }) as never }) },
    });
    expect((await send(receiver)).name).toBe("store_unavailable");
    expect(calls).toEqual([]);
  });
});

describe("what is not the same", () => {
  it("a handled id with another body is a duplicate, and reported where the id is not signed; with strict it is refused", async () => {
    const loose = receiverOf(undefined, {}, { event: { id: header("x-id"), type: json("type") } });
    await send(loose.receiver, eventBody(), { "x-id": "a" });
    expect(await send(loose.receiver, eventBody("evt_1", { n: 2 }), { "x-id": "a" })).toMatchObject({
      name: "processed",
      events: [{ notes: [] }],
    });
    const signedId = receiverOf();
    await send(signedId.receiver);
    expect(await send(signedId.receiver, eventBody("evt_1", { n: 2 }))).toMatchObject({
      name: "duplicate",
      events: [{ notes: [] }],
    });
    const strict = receiverOf(undefined, { dedupe: { strict: true } });
    await send(strict.receiver);
    expect(await send(strict.receiver, eventBody("evt_1", { n: 2 }))).toMatchObject({
      name: "invalid_event",
      retry: false,
      reply: { status: 422 },
    });
  });

  const unsignedId = { event: { id: header("x-id"), type: json("type") } };
  it("a signed body under another, unsigned id is reported, or suppressed", async () => {
    const reporting = receiverOf(undefined, {}, unsignedId);
    await send(reporting.receiver, eventBody(), { "x-id": "a" });
    expect(await send(reporting.receiver, eventBody(), { "x-id": "b" })).toMatchObject({
      name: "processed",
      events: [{ notes: ["replay_suspected"] }],
    });
    const suppressing = receiverOf(undefined, { dedupe: { replay: "suppress" } }, unsignedId);
    await send(suppressing.receiver, eventBody(), { "x-id": "a" });
    expect(await send(suppressing.receiver, eventBody(), { "x-id": "b" })).toMatchObject({
      name: "duplicate",
      events: [{ notes: ["replay_suspected"] }],
    });
    expect(suppressing.calls).toEqual(["a"]);
  });

  it("a delivery without its unsigned id is handled; with suppress its body still counts", async () => {
    const { receiver, calls } = receiverOf(undefined, {}, unsignedId);
    expect(await send(receiver)).toMatchObject({ name: "processed", events: [{ id: undefined }] });
    expect(calls).toEqual([""]);
    const suppressing = receiverOf(undefined, { dedupe: { replay: "suppress" } }, unsignedId);
    await send(suppressing.receiver, eventBody(), { "x-id": "a" });
    expect(await send(suppressing.receiver)).toMatchObject({ name: "duplicate" });
    expect(await send(suppressing.receiver, eventBody("evt_2"))).toMatchObject({ name: "processed" });
    expect(await send(suppressing.receiver, eventBody("evt_2"))).toMatchObject({ name: "duplicate" });
    expect(suppressing.calls).toEqual(["a", ""]);
  });

  it("two receivers for one sender on one store need scopes of their own", async () => {
    const store = memoryStore();
    const billing = receiverOf(undefined, { scope: "billing", dedupe: { store } });
    expect(() => receiverOf(undefined, { scope: "billing", dedupe: { store } })).toThrow(/its own scope/);
    const crm = receiverOf(undefined, { scope: "crm", dedupe: { store } });
    await send(billing.receiver);
    await send(crm.receiver);
    expect([billing.calls, crm.calls]).toEqual([["evt_1"], ["evt_1"]]);
  });
});

describe("a batch", () => {
  const batch = { event: { id: json("id"), type: json("type"), each: "items" } };
  const bodyOf = (...ids: string[]) => JSON.stringify({ items: ids.map((id) => ({ id, type: "t" })) });

  it("runs each event once, equal ids once, and a retry only those that failed", async () => {
    let isBroken = true;
    const { receiver, calls } = receiverOf(
      (event) => {
        if (event.id === "b" && isBroken) throw new Error("b");
      },
      {},
      batch,
    );
    expect(await send(receiver, bodyOf("a", "b", "a", "c"))).toMatchObject({
      name: "handler_failed",
      retry: true,
      reply: { status: 500 },
    });
    expect(calls).toEqual(["a", "b", "c"]);
    isBroken = false;
    expect(await send(receiver, bodyOf("a", "b", "a", "c"))).toMatchObject({ reply: { status: 200 }, retry: false });
    expect(calls).toEqual(["a", "b", "c", "b"]);
  });

  it("is not failed by an event that is discarded or malformed", async () => {
    const { receiver, calls } = receiverOf(
      (event) => {
        if (event.id === "a") throw new Discard();
      },
      {},
      batch,
    );
    const body = JSON.stringify({ items: [{ id: "a", type: "t" }, 7, { id: "b", type: "t" }] });
    expect(await send(receiver, body)).toMatchObject({ reply: { status: 200 }, retry: false });
    expect(calls).toEqual(["a", "b"]);
  });
});

describe("the operator", () => {
  it("gets one log line for each kind of refusal, with the code, the cause and the fix", async () => {
    const lines: string[] = [];
    const logger = { ...quietLogger, warn: (_: object, message: string) => void lines.push(message) };
    const { receiver } = receiverOf(undefined, { logger });
    const port = await listen(receiver as never);
    for (let i = 0; i < 3; i++)
      await post(port, {
        headers: { ...signed(eventBody()), "x-signature": `t=1,v1=${"0".repeat(64)}` },
        body: eventBody(),
      });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^answered 401 unauthenticated: the signature is well-formed and wrong: .*/);
  });

  it("a hook of theirs that throws changes nothing", async () => {
    const { receiver } = receiverOf(undefined, {
      onOutcome() {
        throw new Error("mine");
      },
    });
    expect((await send(receiver)).name).toBe("processed");
  });
});
