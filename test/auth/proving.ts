// What every test of a proof does: verify, name the outcome, sign, change a byte.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { expect } from "vitest";
import { deliveryToSign } from "../../src/auth/request/signable-request.js";
import type { Auth, Proof, SignableRequest } from "../../src/core/auth.js";
import { type Delivery, type DeliveryInput, toDelivery } from "../../src/core/delivery.js";
import { HeaderLines } from "../../src/lib/headers.js";

export const NOW_MS: number = Date.parse("2026-12-01T00:00:00Z");
export const OUR_URL = "https://example.com/hooks?a=1";

export interface Moment {
  readonly nowMs?: number;
  readonly publicUrls?: readonly string[];
}

export async function proofOf(auth: Auth, input: DeliveryInput | Delivery, moment: Moment = {}): Promise<Proof> {
  const delivery = input.headers instanceof HeaderLines ? (input as Delivery) : toDelivery(input as DeliveryInput);
  const { nowMs = NOW_MS, publicUrls = [OUR_URL] } = moment;
  return auth.verify(delivery, { nowMs, publicUrls: () => publicUrls });
}

/** `proven`, or the outcome of the refusal. */
export async function outcomeOf(auth: Auth, input: DeliveryInput | Delivery, moment: Moment = {}): Promise<string> {
  const proof = await proofOf(auth, input, moment);
  return proof.ok ? "proven" : proof.outcome;
}

export function request(over: Partial<SignableRequest> = {}): SignableRequest {
  return {
    method: "POST",
    url: OUR_URL,
    headers: { "content-type": "application/json" },
    body: Buffer.from('{"id":"evt_1","type":"a.b"}'),
    timestampMs: NOW_MS,
    ...over,
  };
}

export async function signed(auth: Auth, over: Partial<SignableRequest> = {}, key?: string): Promise<SignableRequest> {
  if (auth.sign === undefined) throw new Error("it cannot sign");
  return auth.sign(request(over), key);
}

export { deliveryToSign as received };

/** One bit of the bytes, anywhere. */
export function flipped(bytes: Uint8Array, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at % copy.length;
  copy[index] = (copy[index] as number) ^ (1 << bit);
  return copy;
}

/** Whatever bit of the body is flipped, the delivery is not proven. */
export async function expectEveryBodyBitBound(auth: Auth, given: SignableRequest, moment: Moment = {}): Promise<void> {
  const url = [given.url];
  expect(await outcomeOf(auth, deliveryToSign(given), { publicUrls: url, ...moment })).toBe("proven");
  await fc.assert(
    fc.asyncProperty(fc.nat(given.body.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      const forged = { ...given, body: flipped(given.body, at, bit) };
      const outcome = await outcomeOf(auth, deliveryToSign(forged), { publicUrls: url, ...moment });
      expect(outcome).not.toBe("proven");
      expect(["unauthenticated", "bad_credentials"]).toContain(outcome);
    }),
    { numRuns: 60 },
  );
}

/** Whatever stands in the header, the answer is one of ours, and no exception. */
export async function expectNoThrow(auth: Auth, header: string, given: SignableRequest, moment: Moment = {}) {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ unit: "binary" }), fc.base64String(), fc.constantFrom("", ",", "=", ":", "()", "{}")),
      async (value) => {
        const forged = { ...given, headers: { ...given.headers, [header]: value } };
        expect(await outcomeOf(auth, deliveryToSign(forged), moment)).toMatch(/^(unauthenticated|bad_credentials)$/);
      },
    ),
    { numRuns: 60 },
  );
}

export interface Vector {
  readonly provider: string;
  readonly description: string;
  readonly method: string;
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly secretOrKey: string;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly valid: boolean;
}

export function vectors(file: string, provider?: string): Vector[] {
  const all = JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), "utf8")) as Vector[];
  return provider === undefined ? all : all.filter((one) => one.provider === provider);
}

export function wycheproof<Group>(file: string): { testGroups: Group[]; numberOfTests: number } {
  const path = new URL(`../vectors/wycheproof/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as { testGroups: Group[]; numberOfTests: number };
}

export function pem(name: string): string {
  return readFileSync(new URL(`../vectors/certificates/${name}.pem`, import.meta.url), "utf8");
}

/** A server on the loopback that answers as told, and counts. */
export async function serve(answer: (req: IncomingMessage, res: ServerResponse) => void) {
  const server = createServer((req, res) => {
    served.requests++;
    answer(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const served = {
    requests: 0,
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
  return served;
}
