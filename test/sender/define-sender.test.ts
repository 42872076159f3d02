// defineSender accepts a complete definition and refuses each mistake in one.
import { describe, expect, it } from "vitest";
import { hmac, param } from "../../src/auth/index.js";
import { createReceiver, defineSender, dotted, header, json, literal, type SenderDefinition } from "../../src/index.js";

const auth = hmac({ secret: "a-secret-of-the-tests-only", signature: { header: "x-signature", encoding: "hex" } });
const whole: SenderDefinition = {
  name: "erp",
  auth,
  body: { "application/json": "json" },
  event: {
    id: dotted(json("source"), header("X-Id")),
    type: json("type"),
    defaultType: "message",
    timestamp: json("created", "unix-seconds"),
    attempt: header("x-attempt"),
    each: "",
  },
  reply: { successStatus: 202, timeLimitSeconds: 5, stopStatus: undefined, unsubscribes: [] },
  handshakes: [{ name: "ping", methods: ["GET"], isUnsigned: true, answer: () => undefined }],
  toleranceSeconds: null,
  dedupe: false,
  typeMismatch: () => undefined,
  confirm: () => true,
  privateHeaders: ["X-Token"],
  addresses: { url: "https://example.com/ips.json", at: "hooks" },
};
const build = (change: object) => defineSender({ ...whole, ...change } as SenderDefinition);
const row = (change: object) => build({ event: { ...(whole.event as object), ...change } });
const handshake = (change: object) => build({ handshakes: [{ ...whole.handshakes?.[0], ...change }] });

describe("a sender of one's own", () => {
  it("may be described whole, or by what is required", () => {
    expect(build({}).profile).toMatchObject({ successStatus: 202, timeLimitSeconds: 5 });
    expect(defineSender({ name: "erp", auth, event: { type: literal("ping") } }).profile.timeLimitSeconds).toBe(15);
    expect(() => defineSender({ name: "erp", auth, event: () => undefined })).not.toThrow();
  });

  it("keeps the default where a member of reply is undefined", () => {
    const sender = build({ reply: { timeLimitSeconds: undefined, maxBodyBytes: undefined } });
    expect(sender.profile).toMatchObject({ timeLimitSeconds: 15, maxBodyBytes: 1_048_576 });
    expect(() => createReceiver(sender)).not.toThrow();
  });

  it("may name private headers in any case", () => {
    expect(build({}).definition.privateHeaders).toEqual(["x-token"]);
  });
});

describe("a text where a place is wanted would refuse every delivery, so it is refused when built", () => {
  it.each<[string, object, string]>([
    ["the type", { type: "type" }, 'write json("type") or header("type"), or literal("type") for the text itself'],
    ["the id", { id: "data.id" }, 'event.id must say where the id is, and "data.id" is a text: write json("data.id")'],
    ["a time", { timestamp: "created" }, 'write json("created", "unix-seconds") or header("created", "unix-seconds")'],
    ["an attempt", { attempt: "x-attempt" }, 'json("x-attempt") or header("x-attempt")'],
    ["a part", { id: dotted("a" as never, json("b")) }, "event.id is joined of parts, and part 1 must say where"],
  ])("%s", (_, change, message) => {
    expect(() => row(change)).toThrow(TypeError);
    expect(() => row(change)).toThrow(message);
  });
});

describe("misuse is a TypeError when built, and says what is meant", () => {
  it.each<[string, () => unknown, string]>([
    ["nothing", () => defineSender(undefined as never), "defineSender: options must be an object, { name, auth, "],
    ["a text", () => defineSender("erp" as never), "got a string"],
    ["no name", () => build({ name: undefined }), "defineSender: name must match /^[a-z][a-z0-9-]{0,63}$/, "],
    ["a name in capitals", () => build({ name: "ERP" }), 'got "ERP"'],
    ["no auth", () => build({ auth: undefined }), "defineSender: erp: auth must be one of hookgate/auth"],
    ["no event", () => build({ event: undefined }), "defineSender: erp: event must be a row, such as"],
    ["a misspelt member", () => build({ tolerance: 5 }), 'did you mean "toleranceSeconds"?'],
    ["a secret", () => build({ secret: "x" }), "a secret goes to the proof: auth: hmac({ secret, … })"],
    ["a tolerance as text", () => build({ toleranceSeconds: "5" }), 'got "5"'],
    ["a tolerance below 0", () => build({ toleranceSeconds: -1 }), "got -1"],
    ["a store", () => build({ dedupe: { store: {} } }), "createReceiver(sender, { dedupe: { store } })"],
    ["a confirm that is no function", () => build({ confirm: true }), "confirm must be a function; got true"],
    ["a private header that is no name", () => build({ privateHeaders: ["a b"] }), "a list of header names"],
    ["a private header alone", () => build({ privateHeaders: "x-token" }), "a list of header names"],
    ["addresses without url", () => build({ addresses: { at: "" } }), "addresses: url must be an absolute https URL"],
    [
      "an unknown member of the row",
      () => row({ timestmp: 1 }),
      'erp: event: unknown option "timestmp"; did you mean "timestamp"?',
    ],
    ["a foreign word in the row", () => row({ name: json("x") }), 'unknown option "name"; did you mean "type"?'],
    [
      "a row without type",
      () => row({ type: undefined }),
      'event.type must say where the type is, such as json("type")',
    ],
    ["a locator not called", () => row({ type: json }), "got a function"],
    ["a parameter of the signature", () => row({ timestamp: param("t", "unix-seconds") }), "got an object"],
    ["a time as an id", () => row({ id: json("id", "rfc3339") }), 'is a time; leave out its format: json("id")'],
    ["a time without format", () => row({ timestamp: json("at") }), 'how the time is written, one of "unix-seconds", '],
    ["a time of another format", () => row({ timestamp: json("at", "unix" as never) }), 'json("at", "unix-seconds")'],
    ["parts without any", () => row({ id: dotted() }), "has no parts"],
    [
      "a place as each",
      () => row({ each: json("items") }),
      "event.each must be the path of the array of events, a text",
    ],
    ["a place as defaultType", () => row({ defaultType: json("a") }), "event.defaultType must be the type itself"],
    [
      "an unknown member of reply",
      () => build({ reply: { timeout: 5 } }),
      'erp: reply: unknown option "timeout"; did you mean "timeLimitSeconds"?',
    ],
    [
      "a status as text",
      () => build({ reply: { successStatus: "200" } }),
      'successStatus must be a status from 200 to 299; got "200"',
    ],
    [
      "a failure as success",
      () => build({ reply: { successStatuses: [200, 500] } }),
      "a list of statuses from 200 to 299",
    ],
    ["a method in small letters", () => build({ reply: { methods: ["post"] } }), "a list of methods in capitals"],
    [
      "no patience",
      () => build({ reply: { timeLimitSeconds: 0 } }),
      "timeLimitSeconds must be a number of seconds above 0; got 0",
    ],
    ["one handshake alone", () => build({ handshakes: whole.handshakes?.[0] }), "handshakes must be a list of { name,"],
    [
      "an unknown member of a handshake",
      () => handshake({ method: "GET" }),
      'erp: handshakes[0]: unknown option "method"; did you mean "methods"?',
    ],
    [
      "a handshake that says not whether it is unsigned",
      () => handshake({ isUnsigned: undefined }),
      "isUnsigned must be true, ",
    ],
    [
      "a handshake without answer",
      () => handshake({ answer: undefined }),
      "answer must be a function of the delivery; got nothing",
    ],
  ])("%s", (_, misuse, message) => {
    expect(misuse).toThrow(TypeError);
    expect(misuse).toThrow(message);
  });

  it("never repeats a secret that stands where the proof belongs", () => {
    expect(() => build({ auth: "whsec_secret" })).toThrow(/got a string$/);
    expect(() => defineSender("whsec_secret" as never)).toThrow(/got a string$/);
  });
});
