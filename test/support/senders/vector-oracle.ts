// Runs the published deliveries of one sender: those that must be accepted, and those that must be refused.
import { readFileSync } from "node:fs";
import type { Outcome } from "hookgate";
import { describe, expect, it } from "vitest";
import { delivered } from "./deliver.js";
import { anySender } from "./send.js";

/** A delivery of test/vectors/senders. */
export interface Vector {
  readonly provider: string;
  readonly description: string;
  readonly method: string;
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Left out where the verifier needs no key to refuse it. */
  readonly secretOrKey?: string;
  /** What a verifier must know beside secret and delivery. */
  readonly extra: {
    readonly now?: number;
    readonly nowMs?: number;
    readonly reply?: string;
    readonly webhookId?: string;
    readonly publicKey?: string;
    readonly secondaryKey?: string;
  };
  readonly valid: boolean;
  /** Address of the page or file that publishes it, or library that accepts it. */
  readonly source: string;
}

export interface VectorOptions {
  /** Another body, which the signature does not hold over. Default: one space more. */
  readonly change?: (vector: Vector) => string;
  /** Vectors whose body is not signed as a whole, or that this test cannot run. */
  readonly bindsBody?: (vector: Vector) => boolean;
  readonly runs?: (vector: Vector) => boolean;
}

/** What a whole receiver makes of a vector. */
export type ReceiveVector = (
  vector: Vector,
  changed?: Partial<Pick<Vector, "body" | "headers" | "extra">>,
) => Promise<Outcome>;

export function readVectors(sender: string): readonly Vector[] {
  const text = readFileSync(new URL(`../../vectors/senders/${sender}.json`, import.meta.url), "utf8");
  return JSON.parse(text) as Vector[];
}

export const isProven: unknown = expect.objectContaining({ check: "authenticate", result: "passed" });

/** A receiver at the vector's time and URL, of a sender that `build` makes for the vector. */
export function vectorReceiver(build: (vector: Vector) => unknown): ReceiveVector {
  return (vector, changed = {}) => {
    const { method, url, headers, body, extra } = { ...vector, ...changed };
    const { now, nowMs = now === undefined ? undefined : now * 1000 } = extra;
    const { pathname, search } = new URL(url ?? "https://example.com/");
    const { receive } = delivered(anySender(build(vector)), {
      ...(nowMs === undefined ? {} : { now: () => nowMs }),
      publicUrl: url ?? "https://example.com/",
    });
    return receive({ method, url: pathname + search, headers, body });
  };
}

/** Registers the tests of all vectors of a sender. */
export function vectorOracle(
  sender: string,
  build: (vector: Vector) => unknown,
  options: VectorOptions = {},
): ReceiveVector {
  const { change = ({ body }) => `${body} `, bindsBody = ({ body }) => body !== "", runs = () => true } = options;
  const receive = vectorReceiver(build);
  const vectors = readVectors(sender).filter(runs);

  describe.each(vectors.filter(({ valid, method, extra }) => valid && (method === "POST" || !extra.reply)))(
    `${sender}, published: $description`,
    (vector) => {
      it("is proven", async () => {
        const outcome = await receive(vector);
        expect(outcome.trace, outcome.hint).toContainEqual(isProven);
        expect(outcome.reply.status).not.toBe(401);
      });

      if (!bindsBody(vector)) return;
      it("is refused once what is signed is changed", async () => {
        const body = change(vector);
        expect(body).not.toBe(vector.body);
        const outcome = await receive(vector, { body });
        expect([400, 401], outcome.hint).toContain(outcome.reply.status);
        expect(outcome.trace).not.toContainEqual(isProven);
        expect(outcome.events).toEqual([]);
      });
    },
  );

  for (const vector of vectors.filter(({ valid }) => !valid)) {
    it(`refuses: ${vector.description}`, async () => {
      const outcome = await receive(vector);
      expect([400, 401, 405], outcome.hint).toContain(outcome.reply.status);
      // A delivery outside the tolerance has a good signature.
      const isLate = outcome.trace.some(({ check, result }) => check === "freshness" && result === "refused");
      if (!isLate) expect(outcome.trace).not.toContainEqual(isProven);
      expect(outcome.events).toEqual([]);
    });
  }

  for (const vector of vectors.filter(({ extra }) => extra.reply !== undefined)) {
    it(`answers: ${vector.description}`, async () => {
      expect(await receive(vector)).toMatchObject({
        name: "handshake",
        reply: { status: 200, body: vector.extra.reply },
      });
    });
  }
  return receive;
}

/** Registers the test of a sender's tolerance: that many seconds are accepted both ways, and one more is refused. */
export function freshnessOracle(sender: string, receive: ReceiveVector, toleranceSeconds: number): void {
  it(`accepts ${toleranceSeconds} s, and refuses a second more, both ways`, async () => {
    const vector = readVectors(sender).find(({ valid }) => valid) as Vector;
    const { now = 0, nowMs = now * 1000 } = vector.extra;
    const at = async (seconds: number) =>
      (await receive(vector, { extra: { ...vector.extra, nowMs: nowMs + seconds * 1000 } })).name;
    expect(await at(toleranceSeconds)).not.toBe("unauthenticated");
    expect(await at(-toleranceSeconds)).not.toBe("unauthenticated");
    expect(await at(toleranceSeconds + 1)).toBe("unauthenticated");
    expect(await at(-toleranceSeconds - 1)).toBe("unauthenticated");
  });
}
