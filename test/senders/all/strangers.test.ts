// What a stranger gets, for every sender: one answer for every failed proof, no parser, and nothing of the request back.
import {
  createReceiver,
  type DeliveryInput,
  memoryStore,
  type Outcome,
  type Sender,
  type WebhookEvent,
} from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it, vi } from "vitest";
import { type DescribedSender, describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import type { SendOptions } from "../../../src/test-sender/send-options.js";
import { asked } from "./challenge-requests.js";

const ORIGIN = "https://example.com";
const described = describedSenders();
/** A sender that signs nothing has no proof to fail: its `confirm` fetches the event. */
const proving = described.filter(({ sender }) => sender.definition.auth.scheme !== "unsigned");

function receiverOf(sender: Sender<never>, handle: (event: WebhookEvent) => void = () => {}) {
  const seen: string[] = [];
  const store = memoryStore();
  const claim = vi.spyOn(store, "claim");
  const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    ...(sender.definition.dedupe === false ? {} : { dedupe: { store } }),
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  }).on("*", (event) => {
    seen.push(event.type);
    handle(event);
  });
  return { receiver, seen, claim, receive: (input: DeliveryInput): Promise<Outcome> => receiver.receive(input) };
}

async function sent({ about, sender }: DescribedSender, how: Partial<SendOptions>): Promise<Outcome> {
  const { receiver } = receiverOf(sender);
  const { outcome } = await createTestSender(sender, sampleKey(about)).send(receiver, {
    ...sampleRequest(about),
    ...how,
  });
  if (outcome === undefined) throw new Error("a receiver has an outcome");
  return outcome;
}

const wire = ({ reply }: Outcome) => JSON.stringify([reply.status, reply.headers, String(reply.body)]);

describe.each(proving)("$about.factory", (one) => {
  const { sender } = one;
  const { body: formats = { "application/json": "json" } } = sender.definition;

  it("answers every failed proof with the same bytes, whatever is wrong with it", async () => {
    const wrong: Partial<SendOptions>[] = [{ unsigned: true }, { wrongKey: true }, { tamper: true }];
    const late: Partial<SendOptions>[] = [{ stale: true }, { stale: -3_600 }];
    const outcomes = await Promise.all([...wrong, ...late].map((how) => sent(one, how)));
    const answers = new Map<string, Set<string>>();
    for (const outcome of outcomes) {
      const { name } = outcome;
      answers.set(name, (answers.get(name) ?? new Set()).add(wire(outcome)));
    }
    expect(answers.get("unauthenticated")?.size).toBe(1);
    if (answers.has("bad_credentials")) expect(answers.get("bad_credentials")?.size).toBe(1);
    const known = ["unauthenticated", "bad_credentials", "processed"];
    expect([...answers.keys()].filter((name) => !known.includes(name))).toEqual([]);
  });

  it("tells nobody a credential that came, and takes none of them twice", async () => {
    const { seen, receive } = receiverOf(sender);
    const { method, url, headers, body } = await createTestSender(sender, sampleKey(one.about)).sign(
      sampleRequest(one.about),
    );
    for (const name of sender.definition.auth.credentialHeaders.filter((header) => headers[header] !== undefined)) {
      const value = headers[name] as string;
      for (const second of [value, `${value}x`]) {
        const twice = [...Object.entries(headers), [name, second] as const];
        const outcome = await receive({ method, url: url.slice(ORIGIN.length), headers: twice, body });
        expect(["unauthenticated", "bad_credentials"], name).toContain(outcome.name);
        if (value.length >= 16) expect(JSON.stringify([outcome.hint, outcome.trace])).not.toContain(value);
      }
    }
    expect(seen).toEqual([]);
  });

  it("gives a body without a proof to no parser of payloads, no store and no handler", async () => {
    const { seen, claim, receive } = receiverOf(sender);
    const mediaTypes = Object.keys(formats).map((type) => type.replaceAll("*", "x"));
    for (const type of mediaTypes) {
      // Each of them is `bad_payload` for its parser.
      for (const body of ['{"a":', "\uFFFE", "[".repeat(100), "%", '{"__proto__":{}}', "<a>", "a=%ZZ", "=="]) {
        const outcome = await receive({ method: "POST", url: "/", headers: { "content-type": type }, body });
        expect(["unauthenticated", "bad_credentials"], `${type} ${body}: ${outcome.hint}`).toContain(outcome.name);
      }
    }
    expect(seen).toEqual([]);
    expect(claim).not.toHaveBeenCalled();
  });
});

describe.each(described)("$about.factory", ({ about, sender }) => {
  it("gives handlers no credential header, and says in the trace which of id and type is signed", async () => {
    const headers: string[] = [];
    const { receiver } = receiverOf(sender, (event) => void headers.push(...Object.keys(event.headers)));
    const { outcome } = await createTestSender(sender, sampleKey(about)).send(receiver, sampleRequest(about));
    expect(outcome?.name, outcome?.hint).toBe("processed");
    expect(headers.filter((name) => sender.definition.auth.credentialHeaders.includes(name))).toEqual([]);
    const identified = outcome?.trace.find(({ check }) => check === "extract-events");
    expect(identified?.hint).toMatch(/^(no id|id from .* \((not )?signed\)), type from .* \((not )?signed\)/);
  });

  it("repeats nothing of a request, but for a challenge, which is text or JSON and never sniffed", async () => {
    const { receive } = receiverOf(sender);
    const mark = "stranger0stranger0stranger0";
    const everywhere = { "x-request-id": mark, "user-agent": mark, "content-type": `text/${mark}`, origin: mark };
    const junk: readonly DeliveryInput[] = ["POST", "GET", "PUT", "OPTIONS", "HEAD", mark.toUpperCase()].flatMap(
      (method) => [
        { method, url: `/${mark}?${mark}=${mark}`, headers: everywhere, body: mark },
        {
          method,
          url: `/${mark}`,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ id: mark }),
        },
        ...sender.definition.auth.credentialHeaders.map((name) => ({
          method,
          url: "/",
          headers: { "content-type": "application/json", [name]: mark },
          body: `{"${mark}`,
        })),
      ],
    );
    for (const request of [...junk, ...asked(mark), ...asked(`<script>${mark}</script>`)]) {
      const { name, reply } = await receive(request);
      const text = JSON.stringify([reply.headers, String(reply.body)]).toLowerCase();
      if (name !== "handshake") expect(text, `${request.method} ${request.url}`).not.toContain(mark);
      else {
        expect(reply.headers["x-content-type-options"]).toBe("nosniff");
        expect(reply.headers["content-type"]).toMatch(/^(text\/plain|application\/json)\b/);
      }
    }
  });
});
