// Why a delivery was refused is found out for whoever opens it, within bounds, and never in the way of deliveries.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createReceiver, defineSender, json, type SenderDefinition } from "hookgate";
import { hmac } from "hookgate/auth";
import { createTestSender } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createInspector } from "../../src/inspector/create-inspector.js";
import type { InspectorOptions } from "../../src/inspector/options.js";
import type { DeliveryDetail } from "../../src/inspector/wire.js";
import { HOSTILE_TEXTS } from "../support/linear.js";
import { start } from "../support/listen.js";
import { call, pageAssets } from "./scene.js";

const SECRET = "a-secret-of-the-tests-only";
const signature = { header: "x-signature", encoding: "hex" } as const;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A receiver whose proofs are counted, and a page that looks at it. */
async function openCounted(options: InspectorOptions = {}, verify?: SenderDefinition["auth"]["verify"]) {
  const auth = hmac({ secret: SECRET, signature });
  let proofs = 0;
  const sender = defineSender({
    name: "counted",
    auth: {
      ...auth,
      verify(delivery, context) {
        proofs++;
        return (verify ?? auth.verify)(delivery, context);
      },
    },
    event: { id: json("id"), type: json("type") },
  });
  const receiver = createReceiver(sender, { onOutcome: () => undefined });
  const inspector = createInspector(receiver, { authorize: () => true, hosts: ["localhost"], ...options }, pageAssets);
  const server = createServer(inspector);
  await start(server);
  closers.push(
    () => inspector.close(),
    () => server.close(),
  );
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    refuse: (body: string | Buffer) =>
      receiver.receive({
        method: "POST",
        headers: { "content-type": "application/json", "x-signature": "0".repeat(64) },
        body,
      }),
    sign: async (body: string, came: string) => {
      const { headers } = await createTestSender(defineSender({ ...sender.definition, auth })).sign({ body });
      return receiver.receive({ method: "POST", headers, body: came });
    },
    open: async (n: number) => JSON.parse((await call(`${base}/api/deliveries/${n}`)).text) as DeliveryDetail,
    proofs: () => proofs,
  };
}

describe("a refused delivery", () => {
  it("is not looked into until somebody opens it, and then once", async () => {
    const scene = await openCounted();
    for (let at = 0; at < 40; at++) await scene.refuse(`{"id":"${at}"}\n`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(scene.proofs()).toBe(40);
    const [one, again] = await Promise.all([scene.open(7), scene.open(7)]);
    expect(one.diagnosis).toEqual(again.diagnosis);
    expect(one.diagnosis?.found).toMatch(/most likely the secret/);
    const tried = scene.proofs();
    expect(tried).toBeGreaterThan(45);
    await scene.open(7);
    expect(scene.proofs()).toBe(tried);
  });

  it("is explained as it came, however late it is opened", async () => {
    const scene = await openCounted();
    await scene.sign('{"id":"1","type":"a"}', '{"id":"1","type":"a"}\r\n');
    await scene.sign('{"id": "1", "type": "\\u00e9"}', '{"id":"1","type":"é"}');
    expect((await scene.open(1)).diagnosis?.found).toMatch(/a line break was added at its end. The secret is right/);
    expect((await scene.open(2)).diagnosis?.found).toMatch(/parsed and written again as JSON/);
  });

  it("of more than 16 KB, or of which not all is kept, is not looked into", async () => {
    const scene = await openCounted();
    await scene.refuse("x".repeat(16_384));
    await scene.refuse("x".repeat(16_385));
    expect((await scene.open(1)).diagnosis?.found).toMatch(/most likely the secret/);
    const tried = scene.proofs();
    expect((await scene.open(2)).diagnosis?.found).toMatch(/more than 16 KB/);
    expect(scene.proofs()).toBe(tried);
    const blind = await openCounted({ keepBodyBytes: 0 });
    await blind.refuse('{"id":"1"}');
    expect((await blind.open(1)).diagnosis?.found).toMatch(/stored only in part/);
    expect(blind.proofs()).toBe(1);
  });

  it("that hangs while it is looked into is given up", async () => {
    const held = hmac({ secret: SECRET, signature });
    let isHanging = false;
    const scene = await openCounted({}, (delivery, context) =>
      isHanging ? new Promise(() => undefined) : held.verify(delivery, context),
    );
    await scene.refuse("one");
    await scene.refuse("two");
    isHanging = true;
    expect((await scene.open(1)).diagnosis?.found).toMatch(/no explanation was found within 1 s/);
    isHanging = false;
    expect((await scene.open(2)).diagnosis?.found).toMatch(/most likely the secret/);
  });
});

it.each(HOSTILE_TEXTS)("a body of %s is refused, listed, opened and explained", async (_, textOf) => {
  const scene = await openCounted();
  await scene.refuse(textOf(16_000));
  await scene.refuse(textOf(262_144)); // as much as once was looked into
  for (const n of [1, 2]) {
    const { body, diagnosis } = await scene.open(n);
    expect(body.text?.length).toBeGreaterThan(1_000);
    expect(diagnosis?.found).toBeTruthy();
  }
});
