// A failure of hookgate itself after the sender was answered is reported.
import { describe, expect, it } from "vitest";
import type { ReceivedEvent } from "../../../src/core/event.js";
import type { EventOutcome } from "../../../src/core/outcome.js";
import { ClaimSubject, NOT_SWAPPABLE } from "../../../src/dedupe/claim-subject.js";
import type { MaybePromise } from "../../../src/lib/maybe-promise.js";
import type { EventRunner } from "../../../src/receiver/processing/event-processor.js";
import { runDelivery } from "../../../src/receiver/processing/process-delivery.js";
import { gate } from "../harness.js";

const event = { id: "evt_1", type: "order.created", tenant: undefined } as ReceivedEvent;

function start(count: number, run: () => MaybePromise<EventOutcome>) {
  const failures: unknown[] = [];
  const late: (readonly EventOutcome[])[] = [];
  const outcomes = runDelivery({ run } as unknown as EventRunner, {
    events: Array.from({ length: count }, () => event),
    subject: new ClaimSubject(Buffer.alloc(0), undefined, NOT_SWAPPABLE, undefined),
    isDeduped: false,
    answerByMs: performance.now(), // the sender's patience has ended already
    runningRetryAfterSeconds: 60,
    onLate: (all) => late.push(all),
    onLateFailure: (cause) => failures.push(cause),
  });
  return { outcomes, failures, late };
}

describe("a failure of hookgate itself after the sender was answered", () => {
  it.each([1, 2])("is reported, with %d events in the delivery", async (count) => {
    const broken = gate<EventOutcome>();
    const { outcomes, failures, late } = start(count, () => broken.opened);
    expect((await outcomes).map(({ name }) => name)).toEqual(Array(count).fill("handler_running"));
    const bug = new Error("a bug");
    broken.fail(bug);
    await expect.poll(() => failures).toEqual([bug]);
    expect(late).toEqual([]);
  });
});
