// Every place that verifies a certificate chain holds it to RFC 5280: x5c in tokens, certificates by URL, client certificates.
import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { clientCertificate } from "../../src/auth/client-certificate/client-certificate.js";
import { jwt } from "../../src/auth/jwt/jwt.js";
import { publicKey } from "../../src/auth/schemes/public-key.js";
import type { Auth } from "../../src/core/auth.js";
import { header } from "../../src/core/field.js";
import { type Extension, extension, type Issue, type Issued, issue } from "../support/certificates.js";
import { NOW_MS, outcomeOf, received, serve, signed } from "./proving.js";

const { basicConstraints, keyUsage, extendedKeyUsage, other } = extension;
const SIGNS = 0x80;
const CERTIFIES = 0x04;
const TLS_SERVER = "1.3.6.1.5.5.7.3.1";
const TLS_CLIENT = "1.3.6.1.5.5.7.3.2";
const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const OCSP = "1.3.6.1.5.5.7.3.9";
const LACKS = { issuer: "a test", audience: "a test", expiry: "a test" };

const CA = [basicConstraints(true), keyUsage(CERTIFIES)];
const LEAF = [basicConstraints(false), keyUsage(SIGNS)];
const small = generateKeyPairSync("rsa", { modulusLength: 1024 });

interface Parts {
  readonly root: Issued;
  readonly intermediate: Issued;
  readonly leaf: Issued;
}
type Change = Partial<Omit<Issue, "name" | "issuer">>;

function chainOf(changes: { root?: Change; intermediate?: Change; leaf?: Change } = {}): Parts {
  const root = issue({ name: "root", extensions: CA, ...changes.root });
  const intermediate = issue({
    name: "ca",
    issuer: { name: "root", by: root },
    extensions: CA,
    ...changes.intermediate,
  });
  const leaf = issue({ name: "leaf", issuer: { name: "ca", by: intermediate }, extensions: LEAF, ...changes.leaf });
  return { root, intermediate, leaf };
}

const good = chainOf();
let server: Awaited<ReturnType<typeof serve>> | undefined;
afterEach(() => server?.close());

const withX5c = (root: Issued, more: object = {}): Auth =>
  jwt({ at: "body", algorithms: ["ES256"], x5c: { roots: [root.pem], ...more }, lacks: LACKS });

/** The outcome of a token whose header has the chain. */
async function byToken(root: Issued, [leaf, ...others]: readonly Issued[], more: object = {}): Promise<string> {
  const auth = withX5c(root, more);
  const key = [leaf?.keyPem, leaf?.pem, ...others.map(({ pem }) => pem)].join("");
  return outcomeOf(auth, received(await signed(auth, {}, key)));
}

/** The outcome of a delivery that names the chain's URL. */
async function byUrl(root: Issued, chain: readonly Issued[]): Promise<string> {
  server = await serve((_req, res) => res.end(chain.map(({ pem }) => pem).join("")));
  const auth = publicKey({
    algorithm: "ecdsa-p256-sha256",
    certificate: { url: header("x-url"), hosts: ["127.0.0.1"], roots: [root.pem] },
    signature: { header: "x", encoding: "base64" },
  });
  const headers = { "x-url": `${server.origin}/chain.pem` };
  const outcome = await outcomeOf(auth, received(await signed(auth, { headers }, chain[0]?.keyPem)));
  await server.close();
  return outcome;
}

/** The outcome of a certificate that a proxy passes on: a root is what issued it, for no chain comes along. */
async function byProxy(root: Issued, leaf: Issued): Promise<string> {
  const auth = clientCertificate({
    roots: [root.pem],
    from: { header: "client-cert", form: "client-cert", trustedProxies: ["127.0.0.1"] },
  });
  const value = `:${leaf.certificate.raw.toString("base64")}:`;
  return outcomeOf(auth, { headers: { "client-cert": value }, remoteAddress: "127.0.0.1" });
}

const two = (extensions: readonly Extension[]) => ({ extensions });

/** What is wrong, the chain that has it, and whether the leaf alone shows it. */
const BAD: readonly (readonly [string, Parts])[] = [
  ["an unknown critical extension in the leaf", chainOf({ leaf: two([...LEAF, other("1.2.3.4", true)]) })],
  ["an unknown critical extension in the CA", chainOf({ intermediate: two([...CA, other("1.2.3.4", true)]) })],
  ["an unknown critical extension in the root", chainOf({ root: two([...CA, other("1.2.3.4", true)]) })],
  ["critical name constraints", chainOf({ intermediate: two([...CA, other("2.5.29.30", true)]) })],
  ["an extension twice", chainOf({ leaf: two([...LEAF, other("1.2.3.4"), other("1.2.3.4")]) })],
  ["a leaf for encryption alone", chainOf({ leaf: two([basicConstraints(false), keyUsage(0x20)]) })],
  ["a leaf that certifies alone", chainOf({ leaf: two([basicConstraints(true), keyUsage(CERTIFIES)]) })],
  ["a CA that may not certify", chainOf({ intermediate: two([basicConstraints(true), keyUsage(SIGNS)]) })],
  ["a CA that is none", chainOf({ intermediate: two([basicConstraints(false), keyUsage(CERTIFIES)]) })],
  ["a CA without basic constraints", chainOf({ intermediate: two([keyUsage(CERTIFIES)]) })],
  [
    "a root with the path length 0, above another CA",
    chainOf({ root: two([basicConstraints(true, 0), keyUsage(CERTIFIES)]) }),
  ],
  ["a leaf for code signing", chainOf({ leaf: two([...LEAF, extendedKeyUsage(CODE_SIGNING)]) })],
  ["a leaf for OCSP", chainOf({ leaf: two([...LEAF, extendedKeyUsage(OCSP)]) })],
  ["a leaf for no purpose", chainOf({ leaf: two([...LEAF, extendedKeyUsage()]) })],
  ["a CA for code signing", chainOf({ intermediate: two([...CA, extendedKeyUsage(CODE_SIGNING)]) })],
  ["a leaf signed with SHA-1", chainOf({ leaf: { hash: "sha1" } })],
  ["a CA signed with SHA-1", chainOf({ intermediate: { hash: "sha1" } })],
  ["a CA with RSA of 1,024 bits", chainOf({ intermediate: { pair: small } })],
  ["a leaf that has ended", chainOf({ leaf: { to: NOW_MS - 1_000 } })],
  ["a CA that has not begun", chainOf({ intermediate: { from: NOW_MS + 1_000 } })],
  ["a root that has ended", chainOf({ root: { to: NOW_MS - 1_000 } })],
];

describe("a chain with", () => {
  it.each(BAD)("%s is refused in a token and by URL", async (_name, { root, intermediate, leaf }) => {
    expect(await byToken(root, [leaf, intermediate])).toBe("unauthenticated");
    expect(await byToken(root, [leaf, intermediate, root])).toBe("unauthenticated");
    expect(await byUrl(root, [leaf, intermediate, root])).toBe("unauthenticated");
  });

  it.each(BAD.filter(([name]) => name.includes("leaf") && !name.includes("certifies")))(
    "%s is refused of a client",
    async (_name, { intermediate, leaf }) => {
      expect(await byProxy(intermediate, leaf)).toBe("unauthenticated");
    },
  );
});

describe("a chain is accepted", () => {
  const { root, intermediate, leaf } = good;
  const anywhere = async (parts: Parts, chain: readonly Issued[]) => [
    await byToken(parts.root, chain),
    await byUrl(parts.root, chain),
  ];

  it.each<[string, readonly Issued[]]>([
    ["below the root", [leaf, intermediate]],
    ["with the root", [leaf, intermediate, root]],
    ["with a third entry that has nothing to do with it", [leaf, intermediate, chainOf().root]],
    ["with a leaf behind it", [leaf, intermediate, leaf]],
    [
      "with another root of the same name and key",
      [leaf, intermediate, issue({ name: "root", extensions: CA, pair: pairOf(root) })],
    ],
  ])("%s", async (_name, chain) => {
    expect(await anywhere(good, chain)).toEqual(["proven", "proven"]);
  });

  it.each<[string, Parts]>([
    ["without key usage", chainOf({ leaf: two([basicConstraints(false)]) })],
    ["for content commitment", chainOf({ leaf: two([basicConstraints(false), keyUsage(0x40)]) })],
    ["for TLS servers", chainOf({ leaf: two([...LEAF, extendedKeyUsage(TLS_SERVER)]) })],
    ["for TLS clients and code", chainOf({ leaf: two([...LEAF, extendedKeyUsage(CODE_SIGNING, TLS_CLIENT)]) })],
    ["for any purpose", chainOf({ leaf: two([...LEAF, extendedKeyUsage("2.5.29.37.0")]) })],
    ["with an unknown extension that is not critical", chainOf({ leaf: two([...LEAF, other("1.2.3.4")]) })],
    ["with critical policies", chainOf({ intermediate: two([...CA, other("2.5.29.32", true)]) })],
    ["with a root of path length 1", chainOf({ root: two([basicConstraints(true, 1), keyUsage(CERTIFIES)]) })],
    ["with a CA of path length 0", chainOf({ intermediate: two([basicConstraints(true, 0), keyUsage(CERTIFIES)]) })],
  ])("%s", async (_name, parts) => {
    expect(await anywhere(parts, [parts.leaf, parts.intermediate])).toEqual(["proven", "proven"]);
  });

  it("by a client, for TLS clients or without a purpose, and not for TLS servers", async () => {
    const leafFor = (...extensions: readonly Extension[]) => chainOf({ leaf: two([...LEAF, ...extensions]) });
    for (const parts of [leafFor(), leafFor(extendedKeyUsage(TLS_CLIENT))]) {
      expect(await byProxy(parts.intermediate, parts.leaf)).toBe("proven");
    }
    const server = leafFor(extendedKeyUsage(TLS_SERVER));
    expect(await byProxy(server.intermediate, server.leaf)).toBe("unauthenticated");
  });

  it("with a certificate in its x5c that cannot be read, once the root has been reached", async () => {
    const auth = withX5c(root);
    const { body } = await signed(auth, {}, leaf.keyPem + leaf.pem + intermediate.pem);
    const [head = "", claims = ""] = body.toString().split(".");
    const parsed = JSON.parse(Buffer.from(head, "base64url").toString()) as { x5c: string[] };
    for (const junk of ["AAAA", "no base64", ""]) {
      const changed = Buffer.from(JSON.stringify({ ...parsed, x5c: [...parsed.x5c, junk] })).toString("base64url");
      const { sign } = await import("node:crypto");
      const input = `${changed}.${claims}`;
      const signature = sign("sha256", Buffer.from(input), { key: leaf.privateKey, dsaEncoding: "ieee-p1363" });
      expect(await outcomeOf(auth, { body: `${input}.${signature.toString("base64url")}` })).toBe("proven");
    }
  });
});

it("a path of two CAs must fit the path length of each", async () => {
  const root = issue({ name: "root", extensions: CA });
  for (const [length, outcome] of [
    [undefined, "proven"],
    [1, "proven"],
    [0, "unauthenticated"],
  ] as const) {
    const upper = issue({
      name: "upper",
      issuer: { name: "root", by: root },
      extensions: [basicConstraints(true, length), keyUsage(CERTIFIES)],
    });
    const lower = issue({ name: "lower", issuer: { name: "upper", by: upper }, extensions: CA });
    const leaf = issue({ name: "leaf", issuer: { name: "lower", by: lower }, extensions: LEAF });
    expect(await byToken(root, [leaf, lower, upper])).toBe(outcome);
  }
});

describe("required extensions of x5c", () => {
  const marked = chainOf({
    leaf: two([...LEAF, other("1.2.3.1", true)]),
    intermediate: two([...CA, other("1.2.3.2", true)]),
  });

  it("may be critical", async () => {
    const markers = { leafOids: ["1.2.3.1"], issuerOids: ["1.2.3.2"] };
    expect(await byToken(marked.root, [marked.leaf, marked.intermediate], markers)).toBe("proven");
  });

  it("count only on the issuer of the leaf, not on other certificates", async () => {
    const direct = issue({ name: "direct", issuer: { name: "root", by: marked.root }, extensions: LEAF });
    const markers = { issuerOids: ["1.2.3.2"] };
    expect(await byToken(marked.root, [direct, marked.intermediate], markers)).toBe("unauthenticated");
    expect(await byToken(marked.root, [direct])).toBe("proven");
  });

  it("purposes may be the sender's own", async () => {
    const own = chainOf({ leaf: two([...LEAF, extendedKeyUsage(CODE_SIGNING)]) });
    expect(await byToken(own.root, [own.leaf, own.intermediate], { purposes: [CODE_SIGNING] })).toBe("proven");
    expect(() => withX5c(own.root, { purposes: ["x"] })).toThrow(/OIDs must be dotted numbers/);
  });
});

it("a root with a weak key is refused when built", () => {
  const weak = issue({ name: "root", extensions: CA, pair: small });
  expect(() => withX5c(weak)).toThrow(/roots\[0\]: its key has 1024 bits/);
});

function pairOf({ certificate, privateKey }: Issued) {
  return { publicKey: certificate.publicKey, privateKey };
}
