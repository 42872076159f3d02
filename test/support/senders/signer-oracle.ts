// Delivers what a vendor's library signs, and the same with any bit or character changed.
import fc from "fast-check";
import { createReceiver, type Receiver } from "hookgate";
import { beforeEach, describe, expect, it } from "vitest";
import { anySender } from "./send.js";

type Headers = Record<string, string>;

/** Registers the tests of a library that signs: `headers` has it sign a body; `uncredited` are headers that prove nothing. */
export function signerOracle(
  library: string,
  sender: unknown,
  headers: (body: string) => Headers | Promise<Headers>,
  uncredited: readonly string[] = [],
): void {
  describe(`a delivery signed by ${library}`, () => {
    let runs = 0;
    let receiver: Receiver<Record<string, unknown>>;
    const body = JSON.stringify({ id: "evt_1", type: "thing.made", note: "네이버 ✓" });
    beforeEach(() => {
      runs = 0;
      const quiet = { logger: { warn() {}, error() {} }, dedupe: false } as const;
      receiver = createReceiver(anySender(sender), quiet) as typeof receiver;
      receiver.on("*", () => {
        runs++;
      });
    });

    it("is accepted", async () => {
      const signed = { "content-type": "application/json", ...(await headers(body)) };
      const outcome = await receiver.receive({ headers: signed, body });
      expect(outcome).toMatchObject({ name: "processed", reply: { status: 200, body: "" } });
      expect(runs).toBe(1);
    });

    it("is refused with any bit of the body flipped, and no handler runs", async () => {
      const signed = { "content-type": "application/json", ...(await headers(body)) };
      const bytes = Buffer.from(body);
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
          const flipped = Buffer.from(bytes);
          flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
          const outcome = await receiver.receive({ headers: signed, body: flipped });
          expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
          expect(outcome.reply.body).toContain('"code":"unauthenticated"');
        }),
      );
      expect(runs).toBe(0);
    });

    it("is refused with any character of its credentials changed", async () => {
      const credentials = Object.entries(await headers(body)).filter(([name]) => !uncredited.includes(name));
      for (const [name, value] of credentials) {
        for (let at = 0; at < value.length; at++) {
          const changed = `${value.slice(0, at)}${value[at] === "0" ? "1" : "0"}${value.slice(at + 1)}`;
          const signed = { "content-type": "application/json", ...(await headers(body)), [name]: changed };
          const outcome = await receiver.receive({ headers: signed, body });
          expect([400, 401], `${name}: ${changed}`).toContain(outcome.reply.status);
        }
      }
      expect(runs).toBe(0);
    });
  });
}
