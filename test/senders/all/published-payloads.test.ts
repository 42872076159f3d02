// What vendors publish is replayed, signed as they sign: nothing of it is refused, and no event swallows another.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReceiver, type Outcome, type Receiver, type ReceiverOptions, type Sender } from "hookgate";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { createTestSender, type TestSender } from "hookgate/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey } from "../../../scripts/sender-samples.js";
import * as senders from "../../../src/senders/index.js";
import type { SignedDelivery } from "../../../src/test-sender/compose.js";
import { exchange } from "../../../src/test-sender/http-client.js";
import { githubExamples, onTheWire, type PublishedDelivery, payloadFiles, requestOf } from "./published-payloads.js";

type AnySender = Sender<Record<string, unknown>>;
type AnyReceiver = Receiver<Record<string, unknown>>;

const files = payloadFiles();
const described = new Map(describedSenders().map((one) => [one.sender.name, one]));
const folder = mkdtempSync(join(tmpdir(), "hookgate-published-"));

/** One server for all: the path says which receiver it is. */
const mounted = new Map<string, RequestListener>();
const server = createServer((req, res) => mounted.get((req.url ?? "").split("?")[0] as string)?.(req, res));
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Scene {
  readonly sender: AnySender;
  readonly test: TestSender;
  readonly url: string;
  /** Types of events, as a handler was given them. */
  readonly handled: string[];
  /** Of deliveries, not of what runs from the inbox. */
  readonly outcomes: Outcome[];
  readonly receiver: AnyReceiver;
}

function mount(name: string, way: string, over: ReceiverOptions = {}): Scene {
  const one = described.get(name);
  if (one === undefined) throw new Error(`there is no sender ${name}`);
  const options = files.get(name)?.options;
  const sender = (options === undefined ? one.sender : built(one.about.factory, options)) as unknown as AnySender;
  const url = `https://example.com/${name}/${way}`;
  const handled: string[] = [];
  const outcomes: Outcome[] = [];
  const receiver = createReceiver(sender, {
    logger: { warn() {}, error() {} },
    scope: `${name}-${way}`,
    onOutcome: (outcome: Outcome) => void (outcome.via === "inbox" || outcomes.push(outcome)),
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: url } : {}),
    ...over,
  } as ReceiverOptions) as AnyReceiver;
  receiver.on("*", ({ type }) => void handled.push(type));
  mounted.set(`/${name}/${way}`, receiver as unknown as RequestListener);
  return { sender, test: createTestSender(sender, sampleKey(one.about)), url, handled, outcomes, receiver };
}

function built(factory: string, options: object): unknown {
  return (senders as unknown as Record<string, (options: object) => unknown>)[factory]?.(options);
}

/** The delivery twice, over HTTP, and what became of it. */
async function delivered(scene: Scene, delivery: PublishedDelivery): Promise<readonly Outcome[]> {
  const { test, url, outcomes } = scene;
  const target = {
    deliver(signed: SignedDelivery) {
      const { pathname, search } = new URL(signed.url);
      const to = { host: "127.0.0.1", port, isTls: false, target: pathname + search, isOwn: true };
      return exchange(to, onTheWire(delivery, signed));
    },
  };
  const sent = await test.send(target, requestOf(delivery, url));
  const again = await test.send(target, { duplicateOf: sent });
  const [first, second] = outcomes.splice(0) as [Outcome, Outcome];
  const { successStatuses } = scene.sender.profile;
  for (const [answer, outcome] of [[sent, first] as const, [again, second] as const]) {
    const hint = `${delivery.name}: ${outcome.name}: ${outcome.hint}`;
    if (outcome.name !== "handshake") expect(successStatuses, hint).toContain(answer.status);
    else expect(answer.status, hint).toBeLessThan(300);
  }
  return [first, second];
}

/** The two outcomes that a delivery and its second copy must have. */
function expectedOutcomes({ outcome, again }: PublishedDelivery, success: string): readonly string[] {
  if (outcome !== undefined) return [outcome, outcome];
  return [success, again === "handled" ? success : "duplicate"];
}

/** Types in the order of their deliveries; a second copy without an id is handled again. */
function expectedEvents(deliveries: readonly PublishedDelivery[]): readonly string[] {
  return deliveries.flatMap(({ events = [], again }) => (again === "handled" ? [...events, ...events] : events));
}

const cases: readonly (readonly [string, string, readonly PublishedDelivery[]])[] = [
  ...[...files].map(([name, { deliveries }]) => [name, name, deliveries] as const),
  ["github", "github, every example of @octokit/webhooks-examples", githubExamples()],
];

describe.each(cases)("%s: %s", (name, title, deliveries) => {
  const way = title === name ? "" : "-examples";

  it("is accepted, each event once and under its type, and its second copy is a duplicate", async () => {
    const scene = mount(name, `direct${way}`);
    for (const delivery of deliveries) {
      const outcomes = await delivered(scene, delivery);
      expect(
        outcomes.map((outcome) => outcome.name),
        `${delivery.name}: ${outcomes.map(({ hint }) => hint).join(", then: ")}`,
      ).toEqual(expectedOutcomes(delivery, "processed"));
    }
    expect(scene.handled).toEqual(expectedEvents(deliveries));
  });

  it("is kept by an inbox, each event once, and handled from there", async () => {
    // Each is written to a disk: of GitHub's hundreds a tenth will do.
    const kept = deliveries.filter((_, at) => deliveries.length < 100 || at % 10 === 0);
    const inbox = sqliteInbox(join(folder, `${name}${way}.db`));
    const scene = mount(name, `inbox${way}`, { inbox } as unknown as ReceiverOptions);
    scene.receiver.work();
    try {
      for (const delivery of kept) {
        const outcomes = await delivered(scene, delivery);
        expect(
          outcomes.map((outcome) => outcome.name),
          delivery.name,
        ).toEqual(expectedOutcomes(delivery, "accepted"));
      }
      await expect.poll(() => scene.handled.toSorted(), { timeout: 20_000 }).toEqual(expectedEvents(kept).toSorted());
    } finally {
      await scene.receiver.close();
      await inbox.close();
    }
  });
});

it("is of 40 senders and more, each with four deliveries and more of three types and more, and says where from", () => {
  expect(files.size).toBeGreaterThanOrEqual(40);
  expect(githubExamples().length).toBeGreaterThan(300);
  for (const [name, { sources, deliveries }] of files) {
    expect(deliveries.length, name).toBeGreaterThanOrEqual(4);
    expect(sources.every((source) => source.startsWith("https://")) && sources.length > 0, name).toBe(true);
    expect(new Set(deliveries.map((delivery) => delivery.name)).size, name).toBe(deliveries.length);
    for (const { events, outcome } of deliveries) expect((events === undefined) !== (outcome === undefined)).toBe(true);
  }
});
