// A credential is compared by node:crypto alone, in a time that does not depend on where it differs.
import { createReceiver, type Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { expect, it, vi } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";

const { compared } = vi.hoisted(() => ({ compared: { count: 0 } }));
vi.mock("node:crypto", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:crypto")>();
  return {
    ...real,
    timingSafeEqual(...given: Parameters<typeof real.timingSafeEqual>): boolean {
      compared.count++;
      return real.timingSafeEqual(...given);
    },
  };
});

/** Public keys compare nothing, and the library for JWTs compares its own. */
const isShared = ({ about, sender }: ReturnType<typeof describedSenders>[number]) =>
  sampleKey(about).key === undefined && !/unsigned|jwt|jws/i.test(sender.definition.auth.scheme);

it.each(describedSenders().filter(isShared))(
  "$about.factory compares a credential in constant time",
  async ({ about, sender }) => {
    const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
      logger: { warn() {}, error() {} },
      ...(sender.definition.auth.needsPublicUrl ? { publicUrl: "https://example.com" } : {}),
    });
    compared.count = 0;
    const { outcome } = await createTestSender(sender).send(receiver, { ...sampleRequest(about), wrongKey: true });
    expect(outcome?.name).toBe("unauthenticated");
    expect(compared.count).toBeGreaterThan(0);
  },
);
