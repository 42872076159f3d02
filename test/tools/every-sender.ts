// An application with every sender: each takes a genuine delivery from an allowed IPv6 address and refuses what is not.
// Bundled by each bundler and run alone; it prints what was not as it must be.
import { createReceiver, type Sender } from "hookgate";
import * as senders from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { sampleKey, sampleOptions, sampleRequest } from "../../scripts/sender-samples.js";
import type { SignedDelivery } from "../../src/test-sender/compose.js";

/** By factory, from the facts: put in when the application is built. */
declare const EXAMPLE_TYPES: Readonly<Record<string, string>>;

const ORIGIN = "https://example.com";
const ALLOWED = "2001:db8::7";
const STRANGER = "2001:db9::7";
const faults: string[] = [];
let count = 0;

// No await at the top level, which a CommonJS bundle cannot have.
void main();

async function main(): Promise<void> {
  for (const factory of Object.values<unknown>(senders).filter(senders.isSenderFactory)) {
    const about = { ...factory.about, exampleType: EXAMPLE_TYPES[factory.about.factory] } as never;
    const sender = factory(sampleOptions(about)) as unknown as Sender<Record<string, unknown>>;
    try {
      await tryOut(factory.about.factory, sender, about);
    } catch (error) {
      faults.push(`${factory.about.factory}: ${String(error)}`);
    }
    count++;
  }
  await overHttp();
  console.log(JSON.stringify({ count, faults }));
}

async function tryOut(name: string, sender: Sender<Record<string, unknown>>, about: never): Promise<void> {
  const { definition, profile } = sender;
  const receiver = createReceiver(sender, {
    allow: ["2001:db8::/32", "::1"],
    logger: { warn() {}, error() {} },
    ...(definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  }).on("*", () => {});
  const request = sampleRequest(about);
  const query = request.url === undefined ? "" : new URL(request.url).search;

  async function statusOf(remoteAddress: string, change: object): Promise<number> {
    let status = 0;
    const deliver = async ({ method, url, headers, body }: SignedDelivery) => {
      const target = url.slice(ORIGIN.length);
      const { reply } = await receiver.receive({ method, url: target, headers, body, remoteAddress });
      status = reply.status;
      return { status, headers: {}, body: "" };
    };
    const url = `${ORIGIN}/hooks${query}`;
    await createTestSender(sender, sampleKey(about)).send(
      { deliver } as never,
      { ...request, url, ...change } as never,
    );
    return status;
  }

  const isUnsigned = definition.auth.scheme === "unsigned";
  const change = definition.auth.covers.body ? { tamper: true } : { wrongKey: true };
  const statuses = [
    await statusOf(STRANGER, {}),
    isUnsigned ? 401 : await statusOf(ALLOWED, change),
    await statusOf(ALLOWED, {}),
  ];
  const [stranger = 0, tampered = 0, genuine = 0] = statuses;
  if (stranger !== 403 || ![400, 401].includes(tampered) || !profile.successStatuses.includes(genuine)) {
    faults.push(`${name}: ${statuses.join(", ")}`);
  }
}

/** The same as middleware of node:http, and an error of the package thrown by a handler. */
async function overHttp(): Promise<void> {
  const sender = senders.stripe({ secret: "0123456789abcdef0123456789abcdef" });
  const receiver = createReceiver(sender, { allow: ["127.0.0.1", "::1"], logger: { warn() {}, error() {} } });
  receiver.on("invoice.paid", () => {});
  const to = createTestSender(sender).to(receiver);
  const { status } = await to.send("invoice.paid", {});
  const { status: forged } = await to.send("invoice.paid", {}, { wrongKey: true });
  if (status !== 200 || forged !== 401) faults.push(`over http: ${status}, ${forged}`);
}
