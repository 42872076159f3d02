// Makes a certificate for trying HTTPS, at each start, so that no private key is in a repository. In production use your own.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** PEM, as `https.createServer` takes it. Give `cert` to clients as their `ca`. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** An X.509 certificate (RFC 5280) for `localhost` and 127.0.0.1, good for a day, that is its own authority. */
export function selfSigned(nowMs: number = Date.now()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = der(0x30, Buffer.from("06082a8648ce3d040302", "hex")); // RFC 5758 section 3.2
  const commonName = der(0x30, Buffer.from("0603550403", "hex"), der(0x0c, Buffer.from("localhost")));
  const name = der(0x30, der(0x31, commonName));
  const localhost = der(0x82, Buffer.from("localhost"));
  const loopback = der(0x87, Buffer.from([127, 0, 0, 1]));
  const alternativeNames = der(0x30, Buffer.from("0603551d11", "hex"), der(0x04, der(0x30, localhost, loopback)));
  const toBeSigned = der(
    0x30,
    Buffer.from("a003020102", "hex"), // version 3
    der(0x02, Buffer.from([1]), randomBytes(8)), // serial number, positive
    ecdsaWithSha256,
    name,
    der(0x30, utcTime(nowMs - 60_000), utcTime(nowMs + 86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, alternativeNames)),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", toBeSigned, privateKey));
  const base64 = der(0x30, toBeSigned, ecdsaWithSha256, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
  };
}

/** Tag, length, content: X.690 section 8.1. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}
