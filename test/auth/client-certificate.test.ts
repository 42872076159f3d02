import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type TLSSocket } from "node:tls";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ClientCertificateOptions,
  clientCertificate,
} from "../../src/auth/client-certificate/client-certificate.js";
import { namesOf } from "../../src/auth/keys/certificate-names.js";
import { type Delivery, type PeerCertificate, toDelivery } from "../../src/core/delivery.js";
import { NOW_MS, outcomeOf, pem, proofOf } from "./proving.js";

const leaf = new X509Certificate(pem("leaf"));
const rules = { names: ["hooks.sender.test"] } as const;

function from(peer: PeerCertificate | undefined): Delivery {
  return { ...toDelivery({ body: "{}" }), peerCertificate: () => peer };
}
const shown = (isAuthorized = true, raw: Uint8Array = leaf.raw) => from({ raw, isAuthorized });

describe("a certificate on the socket", () => {
  it.each<[string, Partial<ClientCertificateOptions>, string]>([
    ["one of its names", rules, "proven"],
    ["its other name", { names: ["*.sender.test"] }, "proven"],
    ["another name", { names: ["*.other.test", "sender.test"] }, "unauthenticated"],
    ["its common name", { commonName: "hooks.sender.test" }, "proven"],
    ["another common name", { commonName: "HOOKS.sender.test" }, "unauthenticated"],
    ["its fingerprint", { fingerprints: [leaf.fingerprint256] }, "proven"],
    [
      "its fingerprint without colons, in lower case",
      { fingerprints: ["0".repeat(64), leaf.fingerprint256.replaceAll(":", "").toLowerCase()] },
      "proven",
    ],
    ["another fingerprint", { fingerprints: ["0".repeat(64)] }, "unauthenticated"],
    ["its CA", { roots: [pem("intermediate")] }, "proven"],
    ["a CA further above", { roots: [pem("root")] }, "unauthenticated"],
    ["another CA", { roots: [pem("other-root")] }, "unauthenticated"],
    ["both rules", { ...rules, roots: [pem("intermediate")] }, "proven"],
    ["one rule of two", { ...rules, fingerprints: ["0".repeat(64)] }, "unauthenticated"],
  ])("accepted by %s", async (_name, options, expected) => {
    expect(await outcomeOf(clientCertificate(options as ClientCertificateOptions), shown())).toBe(expected);
  });

  it("covers nothing of the delivery", async () => {
    expect(await proofOf(clientCertificate(rules), shown())).toEqual({
      ok: true,
      keyIndex: 0,
      covers: { body: false, method: false, url: false, headers: [] },
    });
  });

  it("is accepted without Node's verification only if it is pinned", async () => {
    expect(await outcomeOf(clientCertificate(rules), shown(false))).toBe("unauthenticated");
    expect(await outcomeOf(clientCertificate({ fingerprints: [leaf.fingerprint256] }), shown(false))).toBe("proven");
    expect(await outcomeOf(clientCertificate({ ...rules, roots: [pem("intermediate")] }), shown(false))).toBe("proven");
  });

  it("must be valid now", async () => {
    const auth = clientCertificate(rules);
    const [begins, ends] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
    for (const [nowMs, expected] of [
      [begins - 1, "unauthenticated"],
      [begins, "proven"],
      [ends, "proven"],
      [ends + 1, "unauthenticated"],
    ] as const) {
      expect(await outcomeOf(auth, shown(), { nowMs })).toBe(expected);
    }
  });

  it("is absent on plain sockets and where none was shown, and may be unreadable", async () => {
    const auth = clientCertificate(rules);
    expect(await proofOf(auth, from(undefined))).toMatchObject({ outcome: "unauthenticated", isAbsent: true });
    expect(await proofOf(auth, { body: "{}" })).toMatchObject({ outcome: "unauthenticated", isAbsent: true });
    for (const raw of [new Uint8Array(), Buffer.from("x"), leaf.raw.subarray(0, -1)])
      expect(await outcomeOf(auth, shown(true, raw))).toBe("bad_credentials");
  });

  it("is what a TLS socket of Node gives", async () => {
    const server = createServer({
      key: pem("leaf-key"),
      cert: pem("leaf"),
      ca: [pem("root")],
      requestCert: true,
      rejectUnauthorized: false,
    });
    const accepted = once(server, "secureConnection");
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const client = connect({
      port,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      key: pem("plain-leaf-key"),
      cert: pem("plain-leaf") + pem("intermediate"),
    });
    const [socket] = (await accepted) as [TLSSocket];
    const { raw } = socket.getPeerCertificate();
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
    const { fingerprint256 } = new X509Certificate(pem("plain-leaf"));
    expect(
      await outcomeOf(clientCertificate({ fingerprints: [fingerprint256] }), from({ raw, isAuthorized: false })),
    ).toBe("proven");
    expect(
      await outcomeOf(clientCertificate({ commonName: "plain.sender.test" }), from({ raw, isAuthorized: true })),
    ).toBe("proven");
    expect(
      await outcomeOf(clientCertificate({ names: ["plain.sender.test"] }), from({ raw, isAuthorized: true })),
    ).toBe("proven");
  });

  it("ignores a name inside a quoted name", () => {
    const certificate = {
      subjectAltName: 'URI:"http://a.test/, DNS:evil.test, x", DNS:good.test',
      subject: "CN=c.test",
    } as X509Certificate;
    expect(namesOf(certificate)).toEqual(["good.test"]);
    expect(namesOf({ subjectAltName: 'URI:"x, DNS:evil.test"', subject: "CN=c.test" } as X509Certificate)).toEqual([
      "c.test",
    ]);
    expect(
      namesOf({ subjectAltName: undefined, subject: "CN=a.test\nCN=b.test" } as unknown as X509Certificate),
    ).toEqual([]);
  });
});

describe("a certificate in a proxy's header", () => {
  const base64 = leaf.raw.toString("base64");
  const escaped = encodeURIComponent(pem("leaf"));
  const proxy = (form: "client-cert" | "xfcc" | "url-encoded-pem", over: object = {}) =>
    clientCertificate({ ...rules, from: { header: "X-Cert", form, trustedProxies: ["10.0.0.0/8", "::1"], ...over } });
  const outcome = (
    auth: ReturnType<typeof proxy>,
    value: string | string[] | undefined,
    more: object = {},
    remoteAddress: string | undefined = "10.1.2.3",
  ) =>
    outcomeOf(auth, {
      headers: { "x-cert": value, ...more },
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
    });

  it.each<["client-cert" | "xfcc" | "url-encoded-pem", string, string]>([
    ["client-cert", `:${base64}:`, "proven"],
    ["client-cert", base64, "bad_credentials"],
    ["client-cert", `:${base64}:, :${base64}:`, "bad_credentials"],
    ["client-cert", "::", "bad_credentials"],
    ["client-cert", `:${base64.slice(0, -4)}:`, "bad_credentials"],
    ["url-encoded-pem", escaped, "proven"],
    ["url-encoded-pem", `${escaped}${escaped}`, "bad_credentials"],
    ["url-encoded-pem", "%", "bad_credentials"],
    ["url-encoded-pem", "", "unauthenticated"],
    ["url-encoded-pem", "x".repeat(20_000), "bad_credentials"],
    ["xfcc", `Hash=abc;Cert="${escaped}";Subject="CN=a;b,c\\"";URI=`, "proven"],
    ["xfcc", `Cert=${escaped}`, "proven"],
    ["xfcc", `Cert="${escaped}",Cert="${escaped}"`, "bad_credentials"],
    ["xfcc", `Cert="${escaped}";Cert="${escaped}"`, "bad_credentials"],
    ["xfcc", `Cert="${escaped}`, "bad_credentials"],
    ["xfcc", "Hash=abc", "bad_credentials"],
    ["xfcc", "x", "bad_credentials"],
  ])("%s: %.40s", async (form, value, expected) => {
    expect(await outcome(proxy(form), value)).toBe(expected);
  });

  it.each<[string, string | undefined, string]>([
    ["a proxy", "10.255.0.1", "proven"],
    ["a proxy as mapped IPv6", "::ffff:10.0.0.1", "proven"],
    ["a proxy by IPv6", "::1", "proven"],
    ["anybody else", "11.0.0.1", "unauthenticated"],
    ["a mapped stranger", "::ffff:11.0.0.1", "unauthenticated"],
    ["nobody knows whom", undefined, "unauthenticated"],
    ["no address", "10.0.0.1, 1.2.3.4", "unauthenticated"],
  ])("is believed or not from %s", async (_name, address, expected) => {
    const headers = { "x-cert": `:${base64}:` };
    expect(
      await outcomeOf(proxy("client-cert"), { headers, ...(address === undefined ? {} : { remoteAddress: address }) }),
    ).toBe(expected);
  });

  it("must be sent once, and with the `verifiedBy` header if that is required", async () => {
    expect(await outcome(proxy("client-cert"), [`:${base64}:`, `:${base64}:`])).toBe("bad_credentials");
    expect(await outcome(proxy("client-cert"), undefined)).toBe("unauthenticated");
    const verified = proxy("url-encoded-pem", { verifiedBy: { header: "X-Verify", value: "SUCCESS" } });
    for (const [word, expected] of [
      ["SUCCESS", "proven"],
      ["FAILED:x", "unauthenticated"],
      [undefined, "unauthenticated"],
      [["SUCCESS", "SUCCESS"], "unauthenticated"],
    ] as const) {
      expect(await outcome(verified, escaped, { "x-verify": word })).toBe(expected);
    }
  });

  it("refuses any other text, and never throws", async () => {
    for (const form of ["client-cert", "xfcc", "url-encoded-pem"] as const) {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary" }), async (value) => {
          expect(await outcome(proxy(form), value)).toMatch(/unauthenticated|bad_credentials/);
        }),
        { numRuns: 100 },
      );
    }
  });
});

describe("misuse", () => {
  const proxied = (over: object) => ({
    ...rules,
    from: { header: "x", form: "xfcc", trustedProxies: ["10.0.0.1"], ...over },
  });
  it.each<[string, object, RegExp]>([
    ["no rule", {}, /at least one of fingerprints, names, commonName, roots/],
    ["an empty list", { names: [] }, /must not be empty/],
    ["a short fingerprint", { fingerprints: ["ab:cd"] }, /SHA-256 in hex/],
    ["a name with a path", { names: ["a.test/x"] }, /names\[0\] must be a lower-case host name/],
    ["a top-level star", { names: ["*.test"] }, /host name/],
    ["a root that is none", { roots: ["x"] }, /roots\[0\] must be a certificate/],
    ["no proxies", proxied({ trustedProxies: [] }), /trustedProxies must name/],
    ["everybody as a proxy", proxied({ trustedProxies: ["0.0.0.0/0"] }), /refuses nobody/],
    ["an octal address", proxied({ trustedProxies: ["010.0.0.1"] }), /has a leading zero/],
    ["an unknown form", proxied({ form: "pem" }), /form must be one of/],
    ["an unknown option", { name: "a.test" }, /did you mean "names"/],
  ])("throws for %s", (_name, options, message) => {
    expect(() => clientCertificate(options as ClientCertificateOptions)).toThrow(message);
    expect(() => clientCertificate(options as ClientCertificateOptions)).toThrow(/^clientCertificate: /);
  });

  it("the test certificates are valid at the time of the tests", () => {
    expect(NOW_MS).toBeGreaterThan(Date.parse(leaf.validFrom));
  });
});
