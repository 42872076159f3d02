// What holds of every sender, whoever described it: what it signs is accepted, and what is signed cannot be changed.
import fc from "fast-check";
import { createReceiver, type Outcome, type Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { type DescribedSender, describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import type { Covers } from "../../../src/core/auth.js";
import * as senders from "../../../src/senders/index.js";
import type { SignedDelivery } from "../../../src/test-sender/compose.js";

const quiet = { warn() {}, error() {} };
const ORIGIN = "https://example.com";
/** Bits flipped for each sender; over all of them that is more than enough. */
const FLIPS = 10;

/** A receiver of this sender, and what reached its handler. */
function receiverOf(sender: Sender<never>) {
  const seen: { type: string; payload: unknown; id: string | undefined }[] = [];
  const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: quiet,
    dedupe: false,
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  }).on("*", ({ type, payload, id }) => void seen.push({ type, payload, id }));
  const receive = (one: SignedDelivery, changed: Partial<SignedDelivery> = {}): Promise<Outcome> => {
    const { method, url, headers, body } = { ...one, ...changed };
    return receiver.receive({ method, url: url.slice(ORIGIN.length), headers, body });
  };
  return { seen, receive };
}

function signed({ about, sender }: DescribedSender): Promise<SignedDelivery> {
  return createTestSender(sender, sampleKey(about)).sign(sampleRequest(about));
}

const REFUSED = [400, 401];
const described = describedSenders();
const able = described.filter(({ sender }) => sender.definition.auth.sign !== undefined);

describe.each(able)("$about.factory", (one) => {
  const { about, sender } = one;
  const { auth } = sender.definition;

  it("accepts what it signs itself, and hands it over under its type", async () => {
    const { seen, receive } = receiverOf(sender);
    const delivery = await signed(one);
    const outcome = await receive(delivery);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed", reply: { status: sender.profile.successStatus } });
    expect(seen).toMatchObject([{ type: sampleRequest(about).type, id: delivery.id }]);
  });

  // Of a sender that signs nothing only `confirm` can tell.
  it.runIf(auth.scheme !== "unsigned")(
    "refuses a delivery without any proof, with 401, and no handler runs",
    async () => {
      const { seen, receive } = receiverOf(sender);
      const outcome = await receive(withoutProof(await signed(one), sender));
      expect(outcome, outcome.hint).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
      expect(seen).toEqual([]);
    },
  );

  it("refuses a proof that was made with another key, or cut short", async () => {
    const { seen, receive } = receiverOf(sender);
    const delivery = await signed(one);
    for (const name of auth.credentialHeaders) {
      const value = delivery.headers[name];
      if (value === undefined) continue;
      for (const forged of [value.slice(0, -1), `${value}0`, "!", ""]) {
        const { reply } = await receive(delivery, { headers: { ...delivery.headers, [name]: forged } });
        expect(REFUSED).toContain(reply.status);
      }
    }
    expect(seen).toEqual([]);
  });

  it.runIf(auth.covers.body)("refuses its body with any bit flipped", async () => {
    const { seen, receive } = receiverOf(sender);
    const delivery = await signed(one);
    await receive(delivery);
    const payload = seen[0]?.payload;
    await fc.assert(
      fc.asyncProperty(fc.nat(Math.max(0, delivery.body.length * 8 - 1)), async (bit) => {
        seen.length = 0;
        const { reply } = await receive(delivery, { body: withBitFlipped(delivery.body, bit) });
        // The two cases of a hex digit in a form are one text; whatever the flip made, nothing else got through.
        if (reply.status === sender.profile.successStatus) expect(seen).toMatchObject([{ payload }]);
        else expect(REFUSED).toContain(reply.status);
      }),
      { numRuns: FLIPS },
    );
  });

  const places = signedPlaces(auth.covers, sender);
  it.runIf(places.length > 0)("refuses any other value that is signed, once it is changed", async () => {
    const { seen, receive } = receiverOf(sender);
    const delivery = await signed(one);
    for (const place of places) {
      const changed = place.change(delivery);
      if (changed === undefined) continue;
      const { reply } = await receive(delivery, changed);
      expect(REFUSED, place.name).toContain(reply.status);
    }
    expect(seen).toEqual([]);
  });
});

describe.each(described)("$about.factory", ({ about, sender: { profile } }) => {
  const build = (senders as unknown as Record<string, (options: object) => unknown>)[about.factory] as (
    options: object,
  ) => unknown;

  it("is not built without its options, nor with one that it does not know", () => {
    expect(() => build({})).toThrow(TypeError);
    expect(() => build({ sceret: "x" })).toThrow(new RegExp(`^${about.factory}: unknown option "sceret"`));
    expect(() => build(undefined as never)).toThrow(new RegExp(`^${about.factory}: `));
  });

  it("knows what is success, and never counts as such what ends the subscription", () => {
    expect(profile.successStatuses).toContain(profile.successStatus);
    expect(profile.unsubscribes).not.toContain(profile.successStatus);
    expect(profile.unsubscribes).not.toContain(profile.stopStatus);
    expect(profile.timeLimitSeconds).toBeGreaterThan(0);
    expect(profile.retryHorizonSeconds).toBeGreaterThan(0);
  });
});

it("senders that cannot sign for tests are these", () => {
  expect(described.filter((one) => !able.includes(one)).map(({ about }) => about.factory)).toEqual([]);
});

/** The same delivery as somebody would send it who knows no key. */
function withoutProof(delivery: SignedDelivery, { definition }: Sender<never>): SignedDelivery {
  const { auth } = definition;
  const headers = Object.fromEntries(
    Object.entries(delivery.headers).filter(([name]) => !auth.credentialHeaders.includes(name)),
  );
  const url = new URL(delivery.url);
  for (const name of auth.credentialQuery ?? []) url.searchParams.delete(name);
  const written = (auth.writes ?? []).filter((place) => place.in === "json" || place.in === "form");
  // A body that is a token is nothing without it.
  const isToken = written.some((place) => place.name === "*");
  const body = isToken
    ? Buffer.alloc(0)
    : written.reduce((bytes, place) => withoutField(bytes, place.name), delivery.body);
  return { ...delivery, headers, url: url.href, body };
}

function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  if (bytes.length === 0) return Buffer.from("x");
  const body = Buffer.from(bytes);
  body[bit >> 3] = (body[bit >> 3] as number) ^ (1 << (bit & 7));
  return body;
}

interface SignedPlace {
  readonly name: string;
  /** `undefined` where the delivery has nothing there. */
  change(delivery: SignedDelivery): Partial<SignedDelivery> | undefined;
}

/** Headers, URL and members of the body that are bound. */
function signedPlaces(covers: Covers, sender: Sender<never>): readonly SignedPlace[] {
  const { credentialHeaders } = sender.definition.auth;
  const headers = covers.headers.filter((name) => !credentialHeaders.includes(name)).map(headerPlace);
  const url: SignedPlace = { name: "url", change: ({ url: given }) => ({ url: `${given}x` }) };
  return [...headers, ...(covers.url ? [url] : []), ...(covers.fields ?? []).map(fieldPlace)];
}

function headerPlace(name: string): SignedPlace {
  return {
    name,
    change({ headers }) {
      const value = headers[name];
      return value === undefined ? undefined : { headers: { ...headers, [name]: withOtherDigit(value) } };
    },
  };
}

function fieldPlace(path: string): SignedPlace {
  return {
    name: path,
    change({ body }) {
      const changed = mapField(body, path, (value) =>
        typeof value === "number" ? value + 1 : withOtherDigit(String(value)),
      );
      return changed === undefined ? undefined : { body: changed };
    },
  };
}

/** The last digit is another one, or a digit is appended: times and ids stay well-formed. */
function withOtherDigit(text: string): string {
  const at = text.search(/\d\D*$/);
  return at < 0 ? `${text}0` : `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;
}

function withoutField(body: Uint8Array, path: string): Uint8Array {
  return mapField(body, path, () => undefined) ?? body;
}

/** The body with a member or form field changed; `undefined` where it has none. */
function mapField(body: Uint8Array, path: string, change: (value: unknown) => unknown): Uint8Array | undefined {
  const text = Buffer.from(body).toString("utf8");
  if (text.startsWith("--")) {
    // A multipart body with one field of JSON.
    const [start, end] = [text.indexOf("{"), text.lastIndexOf("}") + 1];
    const inner = mapField(Buffer.from(text.slice(start, end)), path, change);
    return inner === undefined ? undefined : Buffer.from(text.slice(0, start) + Buffer.from(inner) + text.slice(end));
  }
  if (!/^[[{]/.test(text)) {
    const form = new URLSearchParams(text);
    const value = form.get(path);
    if (value === null) return undefined;
    const changed = change(value);
    if (changed === undefined) form.delete(path);
    else form.set(path, String(changed));
    return Buffer.from(form.toString());
  }
  let isFound = false;
  const walk = (at: unknown, [name, ...rest]: readonly string[]): unknown => {
    if (name === undefined) {
      isFound ||= at !== undefined;
      return at === undefined ? undefined : change(at);
    }
    if (Array.isArray(at)) return at.map((item, i) => (name === "*" || name === String(i) ? walk(item, rest) : item));
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return at;
    return { ...at, [name]: walk((at as Record<string, unknown>)[name], rest) };
  };
  const made = walk(JSON.parse(text), path.split("."));
  return isFound ? Buffer.from(JSON.stringify(made)) : undefined;
}
