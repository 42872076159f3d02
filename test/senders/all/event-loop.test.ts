// What a stranger sends keeps no process busy: at most ten times as long as JSON of that length takes to parse.
import { createReceiver, type Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { type DescribedSender, describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import type { SignedDelivery } from "../../../src/test-sender/compose.js";
import { HOSTILE_TEXTS } from "../../support/linear.js";

const LENGTH = 131_072;
/** The bound, as a ratio: another machine, or a busy one, parses JSON more slowly as well. */
const MOST = 10;
/** A pause of the garbage collector is none of the parser's: the best of these counts. */
const RUNS = 5;

const repeated = (part: string) => part.repeat(Math.ceil(LENGTH / part.length)).slice(0, LENGTH);
/** What scanners, parsers and patterns may go over again and again. */
const BODIES: readonly (readonly [string, string])[] = [
  ...HOSTILE_TEXTS.map(([name, make]) => [name, make(LENGTH)] as const),
  ["open tags", repeated("<a>")],
  ["comments that never end", repeated("<!--")],
  ["a declaration that never ends", `<?xml ${repeated(" a='")}`],
  ["sections that never end", repeated("<![CDATA[")],
  ["entities", repeated("&amp;")],
  ["form fields", repeated("a=1&")],
  ["one field over and over", repeated("payload=%7B%7D&")],
  ["escapes", repeated("%25")],
  ["escapes that are none", `payload=${repeated("%")}`],
  ["members of one name", `{${repeated('"token":"a",')}"z":1}`],
  ["a long text in JSON", `{"token":"${repeated("\\\\")}`],
  ["boundaries", repeated("--b\r\n")],
  ["headers of a part", `--b\r\nContent-Disposition: form-data; ${repeated("a=b; ")}`],
  ["dots", repeated(".")],
];

/** CPU time of this process alone, so that others on the machine do not count. */
async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function bestOf(work: () => unknown, isEnough: (ms: number) => boolean = () => false): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && !isEnough(best); run++) best = Math.min(best, await cpuMs(work));
  return best;
}

const JSON_TEXT = `[${Array.from({ length: LENGTH / 64 }, (_, at) => `{"id":"evt_${1_000_000 + at}","type":"a.b","data":{"n":1,"s":"text"}}`).join(",")}]`;

const proving = describedSenders().filter(({ sender }) => sender.definition.auth.scheme !== "unsigned");

/** A delivery that looks as it should, signed with another key. */
async function forged({ about, sender }: DescribedSender): Promise<SignedDelivery> {
  let made: SignedDelivery | undefined;
  const target = {
    async deliver(signed: SignedDelivery) {
      made = signed;
      return { status: 401, headers: {}, body: "" };
    },
  };
  await createTestSender(sender, sampleKey(about)).send(target, { ...sampleRequest(about), wrongKey: true });
  if (made === undefined) throw new Error("nothing was sent");
  return made;
}

/** Ten times the parsing of the same bytes as JSON, or, where they are none, of JSON that is as long. */
async function measured() {
  const ordinary = await bestOf(() => JSON.parse(JSON_TEXT));
  const made: { name: string; bytes: Buffer; limitMs: number }[] = [];
  for (const [name, text] of BODIES) {
    const own = await bestOf(() => parsed(text));
    made.push({ name, bytes: Buffer.from(text), limitMs: MOST * Math.max(ordinary, own, 1) });
  }
  return made;
}
const bodies = measured();

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe.each(proving)("$about.factory", ({ about, sender }) => {
  it("is done with a hostile body of a stranger within ten times the parsing of JSON", async () => {
    const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
      logger: { warn() {}, error() {} },
      ...(sender.definition.auth.needsPublicUrl ? { publicUrl: "https://example.com" } : {}),
    });
    const signed = await forged({ about, sender });
    const url = signed.url.replace("https://example.com", "");
    const types = Object.keys(sender.definition.body ?? { "application/json": "json" });
    for (const type of types.map((one) => one.replaceAll("*", "x"))) {
      const contentType = type.startsWith("multipart/") ? `${type}; boundary=b` : type;
      const headers = { ...signed.headers, "content-type": contentType };
      for (const { name, bytes, limitMs } of await bodies) {
        const took = await bestOf(
          () => receiver.receive({ method: signed.method, url, headers, body: bytes }),
          (ms) => ms < limitMs,
        );
        expect(took, `${contentType}: ${name}`).toBeLessThan(limitMs);
      }
    }
  });
});
