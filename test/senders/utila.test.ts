// Checks the sender Utila.

import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { utila } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const rsaSign = (text: string | Buffer, hash = "sha256") =>
  sign(hash, Buffer.from(text as string), rsa.privateKey).toString("base64");

describe(documentedAt("https://docs.utila.io/reference/webhooks"), () => {
  it.each([constants.RSA_PSS_SALTLEN_DIGEST, constants.RSA_PSS_SALTLEN_MAX_SIGN])(
    "signs with PSS and a salt of any length (%d)",
    async (saltLength) => {
      const body = JSON.stringify({ id: "u1", type: "WALLET_CREATED" });
      const key = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
      const headers = { ...JSON_TYPE, "x-utila-signature": sign("sha512", Buffer.from(body), key).toString("base64") };
      const { receive } = delivered(utila({ publicKey: pem(rsa.publicKey) }));
      expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
      const older = { ...headers, "x-utila-signature": rsaSign(body, "sha512") };
      expect(await receive({ headers: older, body })).toMatchObject({ name: "unauthenticated" });
    },
  );
});
