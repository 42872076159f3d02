// Ids that no proof binds: a captured body cannot use up the id of an event that is still to come, and a missing id or
// type never refuses a proven delivery.
import { createReceiver, memoryStore, type Outcome, type ReceiverOptions, type Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { type DescribedSender, describedSenders } from "../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../scripts/sender-samples.js";
import { toDelivery } from "../../src/core/delivery.js";
import { type Field, isCovered } from "../../src/core/field.js";
import type { EventRow } from "../../src/sender/sender.js";
import type { SignedDelivery } from "../../src/test-sender/compose.js";

const ORIGIN = "https://example.com";

type Handler = (event: { readonly id: string | undefined; readonly type: string }) => unknown;

function receiverOf(sender: Sender<never>, handler: Handler, options: ReceiverOptions = {}) {
  const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
    ...options,
  }).on("*", handler);
  return ({ method, url, headers, body }: SignedDelivery): Promise<Outcome> =>
    receiver.receive({ method, url: url.slice(ORIGIN.length), headers, body });
}

function signed({ about, sender }: DescribedSender, changes: object = {}): Promise<SignedDelivery> {
  return createTestSender(sender, sampleKey(about)).sign({ ...sampleRequest(about), ...changes });
}

/** The row that a delivery has, where its payload is JSON or nothing of it decides. */
function rowOf({ sender }: DescribedSender, { url, method, headers, body }: SignedDelivery): EventRow | undefined {
  const { event } = sender.definition;
  if (typeof event !== "function") return event;
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from(body).toString());
  } catch {
    payload = undefined;
  }
  return event(toDelivery({ url, method, headers, body }), payload);
}

const able = describedSenders().filter(({ sender }) => {
  const { auth, dedupe } = sender.definition;
  return auth.sign !== undefined && auth.scheme !== "unsigned" && dedupe !== false;
});
const probed = await Promise.all(able.map(async (one) => ({ ...one, delivery: await signed(one) })));
const headerIds = probed.flatMap((one) => {
  const id = rowOf(one, one.delivery)?.id;
  const { covers } = one.sender.definition.auth;
  return id?.in === "header" && covers.body && !isCovered(id, covers) ? [{ ...one, header: id.name }] : [];
});

describe("a captured body under the id of an event that is still to come", () => {
  it("is a risk with many senders", () => expect(headerIds.length).toBeGreaterThan(10));

  const modes: readonly (readonly [string, () => ReceiverOptions])[] = [
    ["by default", () => ({})],
    ["with strict", () => ({ dedupe: { store: memoryStore(), strict: true } })],
    ["with suppress", () => ({ dedupe: { store: memoryStore(), replay: "suppress" } })],
  ];
  describe.each(modes)("%s", (_, options) => {
    it.each(headerIds)("$about.factory: the genuine event is handled", async (one) => {
      const ran: (string | undefined)[] = [];
      const receive = receiverOf(one.sender, ({ id }) => void ran.push(id), options());
      const captured = await receive(one.delivery);
      expect(captured, captured.hint).toMatchObject({ name: "processed" });
      await receive({ ...one.delivery, headers: { ...one.delivery.headers, [one.header]: "future-1" } });
      const genuine = await signed(
        { ...one },
        { headers: { ...sampleRequest(one.about).headers, [one.header]: "future-1" }, payload: changed(one) },
      );
      const outcome = await receive(genuine);
      expect(outcome, outcome.hint).toMatchObject({ name: "processed", events: [{ id: "future-1" }] });
      expect(await receive(genuine)).toMatchObject({ name: "duplicate" });
      expect(ran.at(-1)).toBe("future-1");
    });
  });

  it.each(headerIds)("$about.factory: while the handler of the captured one runs", async (one) => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let runs = 0;
    const receive = receiverOf(one.sender, () => (runs++ === 0 ? held : undefined));
    const first = receive({ ...one.delivery, headers: { ...one.delivery.headers, [one.header]: "future-1" } });
    const genuine = await signed(
      { ...one },
      { headers: { ...sampleRequest(one.about).headers, [one.header]: "future-1" }, payload: changed(one) },
    );
    expect(await receive(genuine)).toMatchObject({ name: "processed" });
    release();
    expect(await first).toMatchObject({ name: "processed" });
    expect(runs).toBe(2);
  });
});

/** Another event's payload, of the same shape. */
function changed({ about }: DescribedSender): unknown {
  const { payload } = sampleRequest(about);
  return Array.isArray(payload) ? payload : { ...(payload as object | undefined), another: "event" };
}

/** The delivery as the sender would sign it with the field left out, or with the value in its place. */
const REMOVED = Symbol("removed");
const VALUES: readonly (readonly [string, unknown])[] = [
  ["absent", REMOVED],
  ["empty", ""],
  ["null", null],
  ["a number", 1.5],
  ["an object", {}],
  ["too long", "x".repeat(600)],
];

function withMember(payload: unknown, path: string, value: unknown): unknown {
  const [name = "", ...rest] = path.split(".");
  const own = { ...(payload as Record<string, unknown>) };
  if (rest.length > 0) own[name] = withMember(own[name] ?? {}, rest.join("."), value);
  else if (value === REMOVED) delete own[name];
  else own[name] = value;
  return own;
}

describe.each(["id", "type"] as const)("a proven delivery whose %s is missing or unusable", (member) => {
  const cases = probed.flatMap((one) => {
    const row = rowOf(one, one.delivery);
    const field: Field | undefined = row?.[member];
    if (field === undefined || row?.each !== undefined || row?.needsId === true) return [];
    if (field.in === "header") return [{ ...one, field }];
    // JSON alone can be written anew and signed again.
    return field.in === "json" && one.sender.definition.body === undefined ? [{ ...one, field }] : [];
  });

  it("is tried with many senders", () => expect(cases.length).toBeGreaterThan(member === "id" ? 50 : 60));

  it.each(cases)("$about.factory: is handled", async (one) => {
    const { field, sender, about, delivery } = one;
    const { auth } = sender.definition;
    for (const [name, value] of VALUES) {
      const ran: unknown[] = [];
      const receive = receiverOf(sender, (event) => void ran.push(event[member]), { dedupe: false });
      let changedDelivery: SignedDelivery;
      if (field.in === "header") {
        if (isCovered(field, auth.covers) || auth.credentialHeaders.includes(field.name)) continue; // the proof needs it
        if (typeof value !== "string" && value !== REMOVED) continue;
        const { [field.name]: _, ...headers } = delivery.headers;
        changedDelivery = {
          ...delivery,
          headers: value === REMOVED ? headers : { ...headers, [field.name]: value as string },
        };
      } else {
        const payload = withMember(JSON.parse(Buffer.from(delivery.body).toString()), field.name, value);
        const test = createTestSender(sender, sampleKey(about));
        try {
          changedDelivery = await test.sign({
            ...sampleRequest(about),
            type: undefined,
            payload: undefined,
            id: null,
            body: JSON.stringify(payload),
          } as never);
        } catch {
          continue; // signed by that very member
        }
      }
      const outcome = await receive(changedDelivery);
      if (outcome.name === "unauthenticated" || outcome.name === "bad_credentials") continue; // the proof needs it
      expect(outcome, `${name}: ${outcome.hint}`).toMatchObject({
        name: "processed",
        reply: { status: sender.profile.successStatus },
      });
      expect(ran).toHaveLength(1);
    }
  });
});
