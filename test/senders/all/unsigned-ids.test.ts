// Ids that no proof binds: a captured body cannot use up the id of an event that is still to come, and a missing id or
// type never refuses a proven delivery.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createReceiver,
  type DedupeStore,
  memoryStore,
  type Outcome,
  type ReceiverOptions,
  type Sender,
} from "hookgate";
import { createTestSender } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type DescribedSender, describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import type { Covers } from "../../../src/core/auth.js";
import { toDelivery } from "../../../src/core/delivery.js";
import type { Field } from "../../../src/core/field.js";
import { isCovered, readField } from "../../../src/core/read-field.js";
import { coreOf } from "../../../src/create-receiver.js";
import type { Inbox } from "../../../src/inbox/inbox.js";
import { spillTo } from "../../../src/inbox/spill.js";
import { sqliteInbox } from "../../../src/inbox/sqlite/index.js";
import type { EventRow } from "../../../src/sender/sender.js";
import type { SignedDelivery } from "../../../src/test-sender/compose.js";
import { closeServers, listen } from "../../support/listen.js";

const ORIGIN = "https://example.com";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  closeServers();
  for (const close of closers.splice(0).reverse()) await close();
});

type Handler = (event: { readonly id: string | undefined; readonly type: string }) => unknown;

function build(sender: Sender<never>, handler: Handler, options: ReceiverOptions) {
  return createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    onError() {},
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
    ...options,
  }).on("*", handler);
}

function receive(receiver: ReturnType<typeof build>, { method, url, headers, body }: SignedDelivery): Promise<Outcome> {
  return receiver.receive({ method, url: url.slice(ORIGIN.length), headers, body });
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
  const { auth } = sender.definition;
  return auth.sign !== undefined && auth.scheme !== "unsigned";
});
const probed = await Promise.all(able.map(async (one) => ({ ...one, delivery: await signed(one) })));
/** The header, or the member of the body, by which a replayer can put the body under another id. */
function unsignedPart(field: Field, covers: Covers): Field | undefined {
  if (field.in === "dotted") return field.parts?.map((part) => unsignedPart(part, covers)).findLast(Boolean);
  return isCovered(field, covers) ? undefined : field;
}

/** Where the proof binds the body, or a part of it, and not the id. */
const swappable = probed.flatMap((one) => {
  const { dedupe, auth } = one.sender.definition;
  const id = dedupe === false ? undefined : rowOf(one, one.delivery)?.id;
  const { covers } = auth;
  const part = id === undefined ? undefined : unsignedPart(id, covers);
  if (part?.in === "header" && covers.body) return [{ ...one, part }];
  return one.about.factory === "treezor" && part !== undefined ? [{ ...one, part }] : [];
});
type Swappable = (typeof swappable)[number];

/** The same signed content under another id. */
function underId({ part }: Swappable, delivery: SignedDelivery, id: string): SignedDelivery {
  if (part.in === "header") return { ...delivery, headers: { ...delivery.headers, [part.name]: id } };
  const payload = withMember(JSON.parse(Buffer.from(delivery.body).toString()), part.name, id);
  return { ...delivery, body: Buffer.from(JSON.stringify(payload)) };
}

/** The genuine event of that id, as its sender signs it, at a time of its own. */
async function genuineOf(one: Swappable, id: string, timestamp: number = Date.now()): Promise<SignedDelivery> {
  const { payload, headers } = sampleRequest(one.about);
  const other = Array.isArray(payload)
    ? payload
    : one.about.factory === "treezor"
      ? { ...(payload as object | undefined), object_payload: { another: "event" } }
      : { ...(payload as object | undefined), another: "event" };
  if (one.part.in === "header")
    return await signed(one, { headers: { ...headers, [one.part.name]: id }, payload: other, timestamp });
  return await signed(one, { payload: withMember(other, one.part.name, id), timestamp });
}

function downStore() {
  const memory = memoryStore();
  const state = { isDown: false };
  const store: DedupeStore = {
    name: "flaky",
    isShared: false,
    claim: (request) => (state.isDown ? Promise.reject(new Error("down")) : memory.claim(request)),
    renew: (...given) => memory.renew(...given),
    complete: (...given) => memory.complete(...given),
    release: (...given) => memory.release(...given),
  };
  return { store, state };
}

function sqlite(): Inbox {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-ids-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const inbox = sqliteInbox(join(folder, "inbox.db"));
  closers.push(() => inbox.close());
  return inbox;
}

/** A way into a receiver: what is sent, and the ids that ran. */
interface Way {
  send(delivery: SignedDelivery): Promise<string>;
  readonly ran: (string | undefined)[];
}

const WAYS: Readonly<Record<string, (one: Swappable) => Promise<Way> | Way>> = {
  "by default": (one) => direct(one, {}),
  "with strict": (one) => direct(one, { dedupe: { strict: true } }),
  "with suppress": (one) => direct(one, { dedupe: { replay: "suppress" } }),
  "from an inbox": (one) => direct(one, { scope: "ids", inbox: sqlite() } as never, true),
  "after a spill": (one) => {
    const { store, state } = downStore();
    const way = direct(one, { scope: "ids", dedupe: { store, onStoreFailure: spillTo(sqlite()) } }, true);
    return {
      ran: way.ran,
      /** The replay spills; what comes after it finds the store up. */
      async send(delivery) {
        state.isDown = way.ran.length === 1;
        const name = await way.send(delivery);
        state.isDown = false;
        if (name === "accepted") await expect.poll(() => way.ran.length, { timeout: 10_000 }).toBe(2);
        return name;
      },
    };
  },
  "behind guard": async (one) => {
    const ran: (string | undefined)[] = [];
    const receiver = build(one.sender, () => undefined, {});
    const port = await listen((req, res) => {
      receiver.guard(req, res, () => {
        for (const { id } of receiver.events(req)) ran.push(id);
        res.end();
      });
    });
    return {
      ran,
      async send({ method, url, headers, body }) {
        const before = ran.length;
        const answer = await fetch(`http://127.0.0.1:${port}${url.slice(ORIGIN.length)}`, {
          method,
          headers,
          body: Buffer.from(body),
        });
        expect(answer.status).toBe(one.sender.profile.successStatus);
        return ran.length > before ? "processed" : "duplicate";
      },
    };
  },
};

function direct(one: Swappable, options: ReceiverOptions, works = false): Way {
  const ran: (string | undefined)[] = [];
  const receiver = build(one.sender, ({ id }) => void ran.push(id), options);
  closers.push(() => receiver.close({ graceSeconds: 0 }));
  if (works) receiver.work({ backoffBaseSeconds: 0.05, backoffCapSeconds: 0.1 });
  return {
    ran,
    async send(delivery) {
      const outcome = await receive(receiver, delivery);
      expect(outcome.retry, outcome.hint).toBe(false);
      return outcome.name;
    },
  };
}

const handled = expect.stringMatching(/^(processed|accepted)$/);

describe("a captured body under the id of an event that is still to come", () => {
  it("is a risk with many senders", () => expect(swappable.length).toBeGreaterThanOrEqual(18));

  describe.each(Object.entries(WAYS))("%s", (_, open) => {
    it.each(swappable)("$about.factory: the genuine event is handled, once", async (one) => {
      const { send, ran } = await open(one);
      expect(await send(one.delivery)).toEqual(handled);
      await expect.poll(() => ran.length).toBe(1);
      const future = idOf(one, underId(one, one.delivery, "future-1"));
      const replayed = await send(underId(one, one.delivery, "future-1"));
      await expect.poll(() => ran.length).toBe(replayed === "duplicate" ? 1 : 2);
      const genuine = await genuineOf(one, "future-1");
      expect(await send(genuine)).toEqual(handled);
      const count = replayed === "duplicate" ? 2 : 3;
      await expect.poll(() => ran.length).toBe(count);
      expect(ran.at(-1)).toBe(future);
      expect(await send(genuine)).toBe("duplicate");
      expect(ran).toHaveLength(count);
    });
  });

  it.each(swappable)("$about.factory: while the handler of the captured one runs", async (one) => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let runs = 0;
    const receiver = build(one.sender, () => (runs++ === 0 ? held : undefined), {});
    const first = receive(receiver, underId(one, one.delivery, "future-1"));
    expect(await receive(receiver, await genuineOf(one, "future-1"))).toMatchObject({ name: "processed" });
    release();
    expect(await first).toMatchObject({ name: "processed" });
    expect(runs).toBe(2);
  });

  it.each(swappable)(
    "$about.factory: a retry is a duplicate, also one that is signed anew a minute later",
    async (one) => {
      let nowMs = Date.now();
      const { send, ran } = direct(one, { now: () => nowMs });
      const first = await genuineOf(one, "retried-1", nowMs);
      expect(await send(first)).toBe("processed");
      nowMs += 60_000;
      const payload = JSON.parse(Buffer.from(first.body).toString());
      for (const name of one.sender.definition.retriesChange ?? []) delete payload[name];
      const headers: Record<string, string> = { ...sampleRequest(one.about).headers };
      if (one.part.in === "header") headers[one.part.name] = "retried-1";
      expect(await send(await signed(one, { headers, payload, timestamp: nowMs }))).toBe("duplicate");
      expect(ran).toHaveLength(1);
    },
  );

  it.each(swappable)("$about.factory: backfill and deliveries know one event by one key", async (one) => {
    const ran: unknown[] = [];
    const receiver = build(one.sender, ({ id }) => void ran.push(id), {});
    const genuine = await genuineOf(one, "fetched-1");
    const { events } = await receive(receiver, genuine);
    const { headers } = genuine;
    const payload: unknown = JSON.parse(Buffer.from(genuine.body).toString());
    const fetched = { id: events[0]?.id, type: events[0]?.type ?? "", payload, headers };
    expect(await coreOf(receiver)?.ingest(fetched)).toMatchObject({ name: "duplicate" });
    // What was replayed under an id is not what the API tells of it.
    await receive(receiver, underId(one, one.delivery, "fetched-2"));
    const missed = { ...fetched, id: idOf(one, underId(one, one.delivery, "fetched-2")) };
    expect(await coreOf(receiver)?.ingest(missed)).toMatchObject({ name: "processed" });
    expect(ran).toHaveLength(3);
  });
});

describe("a body whose type is not signed either, under its own id and another type", () => {
  const retyped = swappable.flatMap((one) => {
    const row = rowOf(one, one.delivery);
    const { covers } = one.sender.definition.auth;
    const type = row === undefined ? undefined : unsignedPart(row.type, covers);
    // Where the type is a part of the id, another type is another id.
    return type?.in === "header" && !JSON.stringify(row?.id).includes(`"${type.name}"`) ? [{ ...one, type }] : [];
  });

  it("is a risk with many senders", () => expect(retyped.length).toBeGreaterThanOrEqual(8));

  it.each(retyped)("$about.factory: does not use up the event before its retry succeeds", async (one) => {
    const ran: string[] = [];
    let isBroken = true;
    const receiver = build(
      one.sender,
      ({ type }) => {
        if (type.startsWith("swapped")) return;
        if (isBroken) throw new Error("not now");
        ran.push(type);
      },
      { onError() {} },
    );
    expect(await receive(receiver, one.delivery)).toMatchObject({ name: "handler_failed" });
    const swapped = { ...one.delivery, headers: { ...one.delivery.headers, [one.type.name]: "swapped" } };
    expect(await receive(receiver, swapped)).toMatchObject({ name: "processed" });
    isBroken = false;
    expect(await receive(receiver, one.delivery)).toMatchObject({ name: "processed" });
    expect(await receive(receiver, one.delivery)).toMatchObject({ name: "duplicate" });
    expect(ran).toHaveLength(1);
  });
});

/** The id that a receiver reads. */
function idOf(one: Swappable, delivery: SignedDelivery): string {
  const row = rowOf(one, delivery);
  const { url, method, headers, body } = delivery;
  const payload: unknown = JSON.parse(Buffer.from(body).toString());
  return String(readField(row?.id as Field, toDelivery({ url, method, headers, body }), payload));
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

/** The places a field is read from. */
function placesOf(field: Field): readonly Field[] {
  return field.in === "dotted" ? (field.parts ?? []).flatMap(placesOf) : [field];
}

/** The value in its place, of a batch in its first item. */
function withValue(payload: unknown, row: EventRow, path: string, value: unknown): unknown {
  const { each } = row;
  if (each === undefined) return withMember(payload, path, value);
  const items =
    each === ""
      ? payload
      : each.split(".").reduce((at, name) => (at as Record<string, unknown>)[name] as object, payload as object);
  const [first, ...rest] = items as unknown[];
  const changed = [withMember(first, path, value), ...rest];
  return each === "" ? changed : withMember(payload, each, changed);
}

/** JSON and forms can be written anew, to be signed again. */
function rewritten(text: string, row: EventRow, place: Field, value: unknown): string | undefined {
  if (place.in === "json" && /^[[{]/.test(text)) {
    return JSON.stringify(withValue(JSON.parse(text), row, place.name, value));
  }
  if (place.in !== "form" || !/^[^<{[-]/.test(text)) return undefined;
  const form = new URLSearchParams(text);
  if (value === REMOVED) form.delete(place.name);
  else if (typeof value === "string") form.set(place.name, value);
  else return undefined;
  return form.toString();
}

/** The delivery with the value in that place, signed; `undefined` where no such delivery can be made. */
async function withField(
  one: (typeof probed)[number],
  row: EventRow,
  place: Field,
  value: unknown,
): Promise<SignedDelivery | undefined> {
  const { about, sender, delivery } = one;
  if (place.in === "header") {
    const { auth } = sender.definition;
    if (isCovered(place, auth.covers) || auth.credentialHeaders.includes(place.name)) return undefined; // the proof needs it
    if (typeof value !== "string" && value !== REMOVED) return undefined;
    const { [place.name]: _, ...headers } = delivery.headers;
    return { ...delivery, headers: value === REMOVED ? headers : { ...headers, [place.name]: value as string } };
  }
  const text = Buffer.from(delivery.body).toString();
  const body = rewritten(text, row, place, value);
  if (body === undefined) return undefined;
  try {
    const { headers, contentType } = sampleRequest(about);
    return await createTestSender(sender, sampleKey(about)).sign({
      headers: headers ?? {},
      body,
      ...(contentType === undefined ? {} : { contentType }),
    });
  } catch {
    return undefined; // signed by that very member
  }
}

describe.each(["id", "type"] as const)("a proven delivery whose %s is missing or unusable", (member) => {
  const cases = probed.flatMap((one) => {
    const row = rowOf(one, one.delivery);
    const field = row?.[member];
    return row === undefined || field === undefined || field.in === "literal" || row.needsId === true
      ? []
      : [{ ...one, row, field }];
  });
  let handledCount = 0;

  it.each(cases)("$about.factory: is handled", async (one) => {
    const { field, row, sender } = one;
    for (const place of placesOf(field)) {
      for (const [name, value] of VALUES) {
        const delivery = await withField(one, row, place, value);
        if (delivery === undefined) continue;
        for (const dedupe of sender.definition.dedupe === false ? [false] : [false, {}]) {
          let runs = 0;
          const receiver = build(sender, () => void runs++, { dedupe } as ReceiverOptions);
          const outcome = await receive(receiver, delivery);
          if (outcome.name === "unauthenticated" || outcome.name === "bad_credentials") continue; // the proof needs it
          expect(outcome, `${place.name} ${name}: ${outcome.hint}`).toMatchObject({
            name: "processed",
            reply: { status: sender.profile.successStatus },
          });
          expect(runs).toBeGreaterThan(0);
          handledCount++;
        }
      }
    }
  });

  it("was tried with many senders", () => {
    expect(cases.length).toBeGreaterThan(100);
    expect(handledCount).toBeGreaterThan(1_000);
  });
});
