// RSA signatures, PSS and PKCS #1 v1.5, are verified right on workerd, by every scheme that takes them.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FILES } from "../../scripts/fetch-runtimes.js";
import { rsaPair } from "../../scripts/sample-keys.js";
import { rsaSchemes, type Sent } from "./app/schemes.js";
import { buildWorker } from "./build.js";
import { launchWorker, OLDEST_COMPATIBILITY_DATE } from "./launch.js";

const isSkipped = !existsSync(FILES.miniflare) && process.env.CI !== "true";
const { publicKey, privateKey } = rsaPair();

describe.skipIf(isSkipped)("on workerd", () => {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-schemes-"));
  let worker: Awaited<ReturnType<typeof launchWorker>>;
  beforeAll(async () => {
    const file = join(folder, "worker.js");
    await buildWorker("app/schemes.ts", file);
    const bindings = { PUBLIC_KEY: publicKey };
    worker = await launchWorker(file, { bindings, compatibilityDate: OLDEST_COMPATIBILITY_DATE });
  });
  afterAll(async () => {
    await worker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (sent: Sent): Promise<string> => {
    const answer = await worker.on.dispatchFetch("http://hookgate/", { method: "POST", body: JSON.stringify(sent) });
    return await answer.text();
  };

  it.each(Object.entries(rsaSchemes(publicKey)))(
    "%s: accepts what was signed, and nothing else",
    async (scheme, auth) => {
      const request = { method: "POST", url: "https://example.com/", headers: {}, body: Buffer.from('{"id":1}') };
      const signed = await auth.sign?.({ ...request, timestampMs: Date.now() }, privateKey);
      if (signed === undefined) throw new Error(`${scheme} cannot sign`);
      const { headers } = signed;
      const body = Buffer.from(signed.body).toString();
      expect(await ask({ scheme, headers, body })).toBe("proven");
      // A token's last characters are its signature.
      const changed = `${body.slice(0, -9)}${body.at(-9) === "2" ? "3" : "2"}${body.slice(-8)}`;
      expect(["unauthenticated", "bad_credentials"]).toContain(await ask({ scheme, headers, body: changed }));
    },
  );
});
