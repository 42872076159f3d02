// Makes X.509 certificates with any extensions, key and signature algorithm, for tests of chains. DER is written by hand.
import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const length =
    content.length < 0x80
      ? Buffer.from([content.length])
      : content.length < 0x100
        ? Buffer.from([0x81, content.length])
        : Buffer.from([0x82, content.length >> 8, content.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const octets = (content: Uint8Array) => der(0x04, content);

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left & 0x7f) | 0x80);
    }
    return groups;
  });
  return der(0x06, Buffer.from(bytes));
}

const name = (commonName: string) => sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(commonName)))));
const time = (ms: number) => der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, "").slice(0, 14)}Z`));

export interface Extension {
  readonly oid: string;
  readonly isCritical?: boolean;
  readonly value: Uint8Array;
}

export const extension = {
  basicConstraints: (isCa: boolean, pathLength?: number): Extension => ({
    oid: "2.5.29.19",
    isCritical: true,
    value: sequence(
      ...(isCa ? [der(0x01, Buffer.from([0xff]))] : []),
      ...(pathLength === undefined ? [] : [der(0x02, Buffer.from([pathLength]))]),
    ),
  }),
  /** @param bits - The first byte: 0x80 digitalSignature, 0x40 contentCommitment, 0x20 keyEncipherment, 0x04 keyCertSign. */
  keyUsage: (bits: number): Extension => ({
    oid: "2.5.29.15",
    isCritical: true,
    value: der(0x03, Buffer.from([0, bits])),
  }),
  extendedKeyUsage: (...oids: readonly string[]): Extension => ({
    oid: "2.5.29.37",
    value: sequence(...oids.map(oid)),
  }),
  other: (dotted: string, isCritical = false): Extension => ({ oid: dotted, isCritical, value: der(0x05) }),
};

export interface Issued {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly privateKey: KeyObject;
  /** The private key, PEM. */
  readonly keyPem: string;
}

export interface Issue {
  readonly name: string;
  /** Default: itself. */
  readonly issuer?: { readonly name: string; readonly by: Issued };
  readonly extensions?: readonly Extension[];
  readonly pair?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly hash?: "sha1" | "sha256";
  readonly from?: number;
  readonly to?: number;
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  "ec sha256": "1.2.840.10045.4.3.2",
  "ec sha1": "1.2.840.10045.4.1",
  "rsa sha256": "1.2.840.113549.1.1.11",
  "rsa sha1": "1.2.840.113549.1.1.5",
};

export function issue(wanted: Issue): Issued {
  const pair = wanted.pair ?? generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { hash = "sha256", from = Date.parse("2020-01-01"), to = Date.parse("2040-01-01") } = wanted;
  const signer = wanted.issuer?.by.privateKey ?? pair.privateKey;
  const algorithm = sequence(oid(ALGORITHMS[`${signer.asymmetricKeyType} ${hash}`] as string));
  const extensions = (wanted.extensions ?? []).map((one) =>
    sequence(oid(one.oid), ...(one.isCritical === true ? [der(0x01, Buffer.from([0xff]))] : []), octets(one.value)),
  );
  const serial = randomBytes(8);
  serial[0] = 1;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name(wanted.issuer?.name ?? wanted.name),
    sequence(time(from), time(to)),
    name(wanted.name),
    pair.publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  const signature = sign(hash, body, signer);
  const certificate = new X509Certificate(sequence(body, algorithm, der(0x03, Buffer.from([0]), signature)));
  return {
    certificate,
    pem: certificate.toString(),
    privateKey: pair.privateKey,
    keyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
