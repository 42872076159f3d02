// The deliveries of every sender: genuine, tampered, repeated, too large, cut off, and to a handler that is too slow.
import { connect } from "node:net";
import { type DescribedSender, describedSenders } from "../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../scripts/sender-samples.js";
import { statusOf } from "../../src/core/outcomes.js";
import type { SignedDelivery } from "../../src/test-sender/compose.js";
import { exchange } from "../../src/test-sender/http-client.js";
import type { SendOptions } from "../../src/test-sender/send-options.js";
import { createTestSender } from "../../src/testing/index.js";
import { type Group, MAX_BODY_BYTES, ORIGIN } from "./app/limits.js";
import type { Report } from "./app/receivers.js";
import { getText } from "./launch.js";

/** What is sent in each cell of the table, in this order. */
export const CASES = [
  "cut off",
  "cut off in chunks",
  "tampered",
  "too large",
  "genuine",
  "duplicate",
  "slow handler",
] as const;
export type Case = (typeof CASES)[number];

export interface Fault {
  readonly sender: string;
  /** The sender's way to authenticate. */
  readonly scheme: string;
  readonly name: Case | "runs" | "aborts" | "problems";
  readonly was: string;
}

/** The senders under test. */
export const described: readonly DescribedSender[] = describedSenders();

/** How many senders are sent for at once: most of the time they wait for their slow handlers. */
const AT_ONCE = 32;

/** Sends all cases of all senders to an application, and says what was not as it must be. */
export async function drive(port: number): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  const queue = [...described];
  const isIdless = new Set<string>();
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const fault = faultOf(one, faults);
      try {
        const id = await driveSender(port, one, fault);
        if (id === undefined) isIdless.add(one.about.factory);
      } catch (error) {
        fault("genuine", String(error));
      }
    }
  });
  await Promise.all(workers);
  checkReport(await finalReport(port), isIdless, faults);
  return faults;
}

function faultOf({ about, sender }: DescribedSender, faults: Fault[]) {
  return (name: Fault["name"], was: unknown): void => {
    faults.push({ sender: about.factory, scheme: sender.definition.auth.scheme, name, was: String(was) });
  };
}

/** @returns The event's id. */
async function driveSender(
  port: number,
  one: DescribedSender,
  fault: (name: Case, was: unknown) => void,
): Promise<string | undefined> {
  const { profile, definition } = one.sender;
  const send = async (name: Case, sent: SignedDelivery, isRight: (status: number) => boolean): Promise<void> => {
    const { status, body } = await exchange(destination(port, sent.url), sent);
    if (!isRight(status)) fault(name, `${status} ${body}`);
  };
  const genuine = await made(one, "webhooks");
  const isSuccess = (status: number): boolean => profile.successStatuses.includes(status);

  await cutOff(port, genuine, "declared");
  await cutOff(port, genuine, "chunked");
  // Of a sender that signs nothing only `confirm` can tell.
  if (definition.auth.scheme !== "unsigned") {
    const change: Partial<SendOptions> = definition.auth.covers.body ? { tamper: true } : { wrongKey: true };
    await send("tampered", await made(one, "webhooks", change), (status) => [400, 401, 403].includes(status));
  }
  const padding = Buffer.alloc(MAX_BODY_BYTES + 1 - genuine.body.length, " ");
  const large = { ...genuine, body: Buffer.concat([genuine.body, padding]) };
  await send("too large", large, (status) => status === 413);
  await send("genuine", genuine, isSuccess);
  await send("duplicate", genuine, isSuccess);
  const running = statusOf("handler_running", profile);
  await send("slow handler", await made(one, "slow"), (status) => status === running);
  return genuine.id;
}

/** As it is to go onto the wire. Signed anew for each runtime: some senders' deliveries are fresh for 30 s only. */
async function made(
  { about, sender }: DescribedSender,
  group: Group,
  change: Partial<SendOptions> = {},
): Promise<SignedDelivery> {
  const own = sampleRequest(about);
  const query = own.url === undefined ? "" : new URL(own.url).search;
  const url = `${ORIGIN}/${group}/${about.factory}${query}`;
  let delivery: SignedDelivery | undefined;
  const target = {
    deliver: async (signed: SignedDelivery) => {
      delivery = signed;
      return { status: 200, headers: {}, body: "" };
    },
  };
  await createTestSender(sender, sampleKey(about)).send(target, { ...own, url, ...change });
  if (delivery === undefined) throw new Error(`nothing was signed for ${about.factory}`);
  return delivery;
}

function destination(port: number, url: string) {
  return { host: "127.0.0.1", port, isTls: false, isOwn: true, target: url.slice(ORIGIN.length) };
}

/** The whole body, and then the connection ends without the end of the message: a byte fewer than declared, or no last chunk. */
async function cutOff(port: number, sent: SignedDelivery, framing: "declared" | "chunked"): Promise<void> {
  const { body } = sent;
  const isChunked = framing === "chunked";
  const head = [
    `${sent.method} ${sent.url.slice(ORIGIN.length)} HTTP/1.1`,
    "Host: 127.0.0.1",
    ...Object.entries(sent.headers).map(([name, value]) => `${name}: ${value}`),
    isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length + 1}`,
  ].join("\r\n");
  const framed = isChunked ? [`${body.length.toString(16)}\r\n`, body, "\r\n"] : [body];
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // the server may close it first
  await new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.write(`${head}\r\n\r\n`, "latin1");
    for (const part of framed) socket.write(part, "latin1");
    socket.end(); // the server sees the end of what comes
    setTimeout(() => socket.destroy(), LINGER_MS);
  });
}

/** How long a cut-off connection stays for the server to read it. */
const LINGER_MS = 20;

/** After the last answer: handlers that are too slow end when their own time is up, and only then is the report whole. */
async function finalReport(port: number): Promise<Report> {
  const untilMs = performance.now() + SETTLE_MS;
  for (;;) {
    const report = JSON.parse(await getText(port, "/")) as Report;
    const isWhole = described.every(({ about }) => (report.aborts[`slow/${about.factory}`] ?? 0) > 0);
    if (isWhole || performance.now() > untilMs) return report;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A bound for a runtime on which deadlines do not fire. */
const SETTLE_MS = 30_000;

function checkReport(report: Report, isIdless: ReadonlySet<string>, faults: Fault[]): void {
  for (const one of described) {
    const { factory } = one.about;
    const fault = faultOf(one, faults);
    const runs = report.runs[`webhooks/${factory}`] ?? 0;
    const expected = isIdless.has(factory) ? 2 : 1;
    if (runs !== expected) fault("runs", `${runs} instead of ${expected}`);
    const aborts = report.aborts[`slow/${factory}`] ?? 0;
    if (aborts !== 1) fault("aborts", `${aborts} instead of 1`);
    const problems = report.problems.filter((line) => line.startsWith(`webhooks/${factory}:`));
    if (problems.length > 0) fault("problems", problems.join("; "));
  }
}
