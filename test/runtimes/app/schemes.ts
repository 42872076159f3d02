// The RSA schemes of `hookgate/auth` on a public key that the test gives, and a Worker that verifies deliveries with them.
import { messageSignature } from "../../../src/auth/http-signature/http-signature.js";
import { jwt } from "../../../src/auth/jwt/jwt.js";
import { publicKey } from "../../../src/auth/schemes/public-key.js";
import type { Auth } from "../../../src/core/auth.js";
import { toDelivery } from "../../../src/core/delivery.js";

/** The one-shot `verify` of Workers answers false for RSA-PSS, without an error. */
export function rsaSchemes(pem: string): Readonly<Record<string, Auth>> {
  const lacks = { issuer: "a test", audience: "a test", expiry: "a test" };
  const signature = { header: "x-signature", encoding: "hex" } as const;
  const message = (algorithm: "rsa-pss-sha512" | "rsa-v1_5-sha256") =>
    messageSignature({ required: ["@method", "content-digest"], keys: { k: { algorithm, publicKey: pem } } });
  return {
    "publicKey, rsa-pss-sha256": publicKey({ publicKey: pem, algorithm: "rsa-pss-sha256", signature }),
    "publicKey, rsa-v1_5-sha256": publicKey({ publicKey: pem, algorithm: "rsa-v1_5-sha256", signature }),
    "jwt, PS256": jwt({ at: "body", publicKey: pem, algorithms: ["PS256"], lacks }),
    "jwt, RS256": jwt({ at: "body", publicKey: pem, algorithms: ["RS256"], lacks }),
    "messageSignature, rsa-pss-sha512": message("rsa-pss-sha512"),
    "messageSignature, rsa-v1_5-sha256": message("rsa-v1_5-sha256"),
  };
}

/** A delivery on its way to the Worker. */
export interface Sent {
  readonly scheme: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export default {
  /** Answers `proven`, or the outcome. */
  async fetch(request: Request, env: { readonly PUBLIC_KEY: string }): Promise<Response> {
    const { scheme, headers, body } = (await request.json()) as Sent;
    const proof = await rsaSchemes(env.PUBLIC_KEY)[scheme]?.verify(toDelivery({ method: "POST", headers, body }), {
      nowMs: Date.now(),
      publicUrls: () => [],
    });
    return new Response(proof?.ok === true ? "proven" : proof?.outcome);
  },
};
