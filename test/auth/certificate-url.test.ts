import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { CertificateTuning } from "../../src/auth/keys/certificate-cache.js";
import { refuseChain } from "../../src/auth/keys/certificate-chain.js";
import { type CertificateUrlOptions, certificateSource } from "../../src/auth/keys/certificate-url.js";
import { createPublicKeyAuth, type PublicKeyOptions, publicKey } from "../../src/auth/schemes/public-key.js";
import type { SignedText } from "../../src/auth/signature/signed-content.js";
import { refuse } from "../../src/core/auth.js";
import { header, json } from "../../src/core/field.js";
import { parseJson } from "../../src/lib/json.js";
import { NOW_MS, outcomeOf, pem, received, serve, signed, vectors } from "./proving.js";

let server: Awaited<ReturnType<typeof serve>> | undefined;
afterEach(() => server?.close());

const AWS = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?$/;
const PEM_PATH = /^\/SimpleNotificationService-[a-z0-9]+\.pem$/;

/** What a source answers of a URL: `key`, or the outcome of the refusal. */
async function answerOf(
  options: Omit<CertificateUrlOptions, "url">,
  url: string,
  tuning: Partial<CertificateTuning> = {},
  nowMs = NOW_MS,
) {
  const source = certificateSource({ url: header("x-cert-url"), ...options }, "test", tuning);
  const found = await source.find(url, nowMs);
  return "ok" in found ? found.outcome : "key";
}

describe("which URLs are fetched", () => {
  const hosts = { hosts: [AWS, "api.paypal.com", "*.sandbox.paypal.com"] };
  it.each([
    "https://sns.evil.com/x.pem",
    "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
    "https://sns.us-east-1.amazonaws.com@evil.example/x.pem",
    "https://user:pass@api.paypal.com/x.pem",
    "https://api.paypal.com:8443/x.pem",
    "https://api.paypal.com:443/x.pem",
    "http://api.paypal.com/x.pem",
    "https://API.paypal.com/x.pem",
    "https://api.paypal.com./x.pem",
    "https://api.paypal.com/a/../x.pem",
    "https://api.paypal.com/x.pem?Action=GetEndpointAttributes",
    "https://api.paypal.com/x.pem?",
    "https://api.paypal.com/x.pem#f",
    "https://api.paypal.com\\@evil.example/x.pem",
    " https://api.paypal.com/x.pem",
    "https://api.paypal.com/x.pem\n",
    "https://sandbox.paypal.com/x.pem",
    "https://evilsandbox.paypal.com/x.pem",
    "https://xn--pypal-4ve.com/x.pem",
    "//api.paypal.com/x.pem",
    "file:///etc/passwd",
    "http://127.0.0.1/x.pem",
    "http://169.254.169.254/latest/meta-data",
    "https://[::1]/x.pem",
    "javascript:alert(1)",
    "",
    `https://api.paypal.com/${"x".repeat(1100)}`,
  ])("refuses %j, and asks nobody", async (url) => {
    let asked = 0;
    const original = globalThis.fetch;
    globalThis.fetch = async () => {
      asked++;
      throw new Error("asked");
    };
    try {
      expect(await answerOf(hosts, url)).toBe("unauthenticated");
    } finally {
      globalThis.fetch = original;
    }
    expect(asked).toBe(0);
  });

  it("fetches what the rules allow", async () => {
    const original = globalThis.fetch;
    const asked: string[] = [];
    globalThis.fetch = async (url) => {
      asked.push(String(url));
      return new Response(pem("leaf"));
    };
    try {
      const urls = [
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://api.paypal.com/x",
        "https://api.sandbox.paypal.com/x",
      ];
      for (const url of urls) expect(await answerOf(hosts, url)).toBe("key");
      expect(asked).toEqual(urls);
      expect(await answerOf({ hosts: [AWS], path: PEM_PATH }, urls[0] as string)).toBe("key");
      expect(await answerOf({ hosts: [AWS], path: PEM_PATH }, "https://sns.us-east-1.amazonaws.com/x.pem")).toBe(
        "unauthenticated",
      );
    } finally {
      globalThis.fetch = original;
    }
  });
});

describe("fetching", () => {
  const here = (path = "/cert.pem") => `${server?.origin}${path}`;
  const hosts = ["127.0.0.1"];

  it("fetches once, for many deliveries", async () => {
    server = await serve((_req, res) => res.end(pem("leaf")));
    const source = certificateSource({ url: header("x"), hosts }, "test");
    await Promise.all(Array.from({ length: 20 }, () => source.find(here(), NOW_MS)));
    await source.find(here(), NOW_MS);
    expect(server.requests).toBe(1);
  });

  it.each<[string, Parameters<typeof serve>[0]]>([
    ["is not there", (_req, res) => res.writeHead(404).end()],
    ["redirects", (_req, res) => res.writeHead(302, { location: "/elsewhere" }).end()],
    ["answers HTML", (_req, res) => res.end("<html>")],
    [
      "answers a broken certificate",
      (_req, res) => res.end("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    ],
    ["answers too much", (_req, res) => res.end(`${pem("leaf")}${"x".repeat(70_000)}`)],
    ["answers too many", (_req, res) => res.end(pem("leaf").repeat(6))],
    ["hangs", () => {}],
    ["cuts the line", (req) => req.socket.destroy()],
  ])("cannot decide when the host %s", async (_name, answer) => {
    server = await serve(answer);
    expect(await answerOf({ hosts }, here(), { timeoutMs: 1_500 })).toBe("undecided");
    expect(server.requests).toBe(1);
  });

  it("does not ask again right after a failure", async () => {
    let clockMs = 0;
    server = await serve((_req, res) => res.writeHead(500).end());
    const source = certificateSource({ url: header("x"), hosts }, "test", { clockMs: () => clockMs });
    for (let at = 0; at < 10; at++) expect(await source.find(here(), NOW_MS)).toMatchObject({ outcome: "undecided" });
    expect(server.requests).toBe(1);
    clockMs += 9_999;
    await source.find(here(), NOW_MS);
    expect(server.requests).toBe(1);
    clockMs += 1;
    await source.find(here(), NOW_MS);
    expect(server.requests).toBe(2);
  });

  it("fetches a genuine certificate after any number of forged URLs, and never a cached one", async () => {
    server = await serve((req, res) => {
      if (req.url?.startsWith("/genuine") === true) res.end(pem("leaf"));
      else res.writeHead(404).end();
    });
    const source = certificateSource({ url: header("x"), hosts }, "test");
    expect(await source.find(here("/genuine-1"), NOW_MS)).toHaveProperty("type", "public");
    const forged = Array.from({ length: 500 }, (_, at) => source.find(here(`/forged-${at}`), NOW_MS));
    for (const one of await Promise.all(forged)) expect(one).toMatchObject({ outcome: "undecided" });
    const { requests } = server;
    expect(source.find(here("/genuine-1"), NOW_MS)).toHaveProperty("type", "public"); // at once
    expect(server.requests).toBe(requests);
    expect(await source.find(here("/genuine-2"), NOW_MS)).toHaveProperty("type", "public");
  });

  it("limits concurrent fetches; beyond the limit the oldest is aborted", async () => {
    server = await serve((req, res) => {
      if (req.url === "/genuine") res.end(pem("leaf"));
    });
    const source = certificateSource({ url: header("x"), hosts }, "test", { maxInFlight: 4, timeoutMs: 60_000 });
    const forged = Array.from({ length: 12 }, (_, at) => source.find(here(`/forged-${at}`), NOW_MS));
    expect(await source.find(here("/genuine"), NOW_MS)).toHaveProperty("type", "public");
    for (const one of await Promise.all(forged.slice(0, 9))) {
      expect(one).toMatchObject({ outcome: "undecided", hint: expect.stringContaining("had taken longest") });
    }
    expect(source.find(here("/genuine"), NOW_MS)).toHaveProperty("type", "public"); // kept, although others hang
  });

  it("uses an old certificate while a newer one is being fetched", async () => {
    let clockMs = 0;
    let isSlow = false;
    server = await serve((_req, res) => void (isSlow || res.end(pem("leaf"))));
    const source = certificateSource({ url: header("x"), hosts }, "test", {
      clockMs: () => clockMs,
      patienceMs: 1,
      timeoutMs: 60_000,
    });
    await source.find(here(), NOW_MS);
    isSlow = true;
    clockMs += 24 * 3_600_000;
    expect(await source.find(here(), NOW_MS)).toHaveProperty("type", "public");
    expect(server.requests).toBe(2);
  });

  it("keeps a valid certificate while forged URLs fail, and while its host fails", async () => {
    let isDown = false;
    let clockMs = 0;
    server = await serve((req, res) => {
      if (isDown || req.url !== "/cert.pem") res.writeHead(500).end();
      else res.end(pem("leaf"));
    });
    const source = certificateSource({ url: header("x"), hosts }, "test", {
      maxCached: 2,
      clockMs: () => clockMs,
      freshMs: 1_000,
    });
    await source.find(here(), NOW_MS);
    for (let at = 0; at < 6; at++) await source.find(here(`/${at}`), NOW_MS);
    isDown = true;
    clockMs = 100_000;
    const before = server.requests;
    expect("ok" in (await source.find(here(), NOW_MS))).toBe(false);
    expect(server.requests).toBe(before + 1);
  });

  it("checks dates, names and root of the certificate", async () => {
    server = await serve((req, res) => res.end(req.url === "/chain" ? pem("leaf") + pem("intermediate") : pem("leaf")));
    const leaf = new X509Certificate(pem("leaf"));
    const ends = Date.parse(leaf.validTo);
    expect(await answerOf({ hosts }, here(), {}, ends)).toBe("key");
    expect(await answerOf({ hosts }, here(), {}, ends + 1)).toBe("unauthenticated");
    expect(await answerOf({ hosts }, here(), {}, Date.parse(leaf.validFrom) - 1)).toBe("unauthenticated");
    expect(await answerOf({ hosts, names: ["*.sender.test"] }, here())).toBe("key");
    expect(await answerOf({ hosts, names: ["alt.sender.test"] }, here())).toBe("key");
    expect(await answerOf({ hosts, names: ["sender.test", "*.other.test"] }, here())).toBe("unauthenticated");
    expect(await answerOf({ hosts, roots: [pem("root")] }, here("/chain"))).toBe("key");
    expect(await answerOf({ hosts, roots: [pem("root")] }, here())).toBe("unauthenticated");
    expect(await answerOf({ hosts, roots: [pem("other-root")] }, here("/chain"))).toBe("unauthenticated");
  });

  it("fetches an expired certificate again, because it may have been replaced", async () => {
    let clockMs = 0;
    server = await serve((_req, res) => res.end(pem("leaf")));
    const source = certificateSource({ url: header("x"), hosts }, "test", { clockMs: () => clockMs });
    const later = Date.parse(new X509Certificate(pem("leaf")).validTo) + 1;
    await source.find(here(), NOW_MS);
    clockMs = 20_000;
    expect(await source.find(here(), later)).toMatchObject({ outcome: "unauthenticated" });
    expect(server.requests).toBe(2);
    expect(await source.find(here(), later)).toMatchObject({ outcome: "unauthenticated" });
    expect(server.requests).toBe(2);
  });
});

describe("chains", () => {
  const certificate = (name: string) => new X509Certificate(pem(name));
  const [leaf, intermediate, root] = [certificate("leaf"), certificate("intermediate"), certificate("root")] as const;
  it.each<[string, X509Certificate[], string | undefined]>([
    ["to the root", [leaf, intermediate, root], undefined],
    ["below the root", [leaf, intermediate], undefined],
    ["without its intermediate", [leaf, root], "unauthenticated"],
    [
      "that goes on to another root of the same name, once the pinned one has been reached",
      [leaf, intermediate, certificate("other-root")],
      undefined,
    ],
    ["in another order", [intermediate, leaf, root], "unauthenticated"],
    ["issued by a leaf", [certificate("forged-leaf"), leaf, intermediate, root], "unauthenticated"],
    ["that is the root alone", [root], "unauthenticated"],
    ["that is empty", [], "bad_credentials"],
    ["that is too long", [leaf, leaf, leaf, leaf, intermediate, root], "bad_credentials"],
  ])("%s", (_name, chain, expected) => {
    expect(refuseChain(chain, [root], NOW_MS)?.outcome).toBe(expected);
  });

  it("to another root of the same name are refused", () => {
    for (const chain of [
      [leaf, intermediate],
      [leaf, intermediate, root],
    ]) {
      expect(refuseChain(chain, [certificate("other-root")], NOW_MS)?.outcome).toBe("unauthenticated");
    }
  });

  it("must be valid at the given time", () => {
    expect(refuseChain([leaf, intermediate], [root], Date.parse(leaf.validTo))).toBeUndefined();
    expect(refuseChain([leaf, intermediate], [root], Date.parse(leaf.validTo) + 1)?.outcome).toBe("unauthenticated");
    expect(refuseChain([leaf, intermediate], [root], Date.parse(root.validFrom) - 1)?.outcome).toBe("unauthenticated");
  });
});

describe("AWS SNS, as a function and a certificate by URL", () => {
  const NOTIFICATION = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
  const CONFIRMATION = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const signedText: SignedText = {
    covers: { body: false, method: false, url: false, headers: [], fields: NOTIFICATION },
    texts({ body }) {
      const parsed = parseJson(body);
      if (!parsed.ok) return refuse("bad_credentials", "the body is not JSON");
      const members = Object(parsed.value) as Record<string, unknown>;
      const names = members.Type === "Notification" ? NOTIFICATION : CONFIRMATION;
      const present = names.filter((name) => Object.hasOwn(members, name));
      if (!present.every((name) => typeof members[name] === "string"))
        return refuse("bad_credentials", "a signed member is no text");
      return [present.map((name) => `${name}\n${members[name]}\n`).join("")];
    },
  };
  const options: Omit<PublicKeyOptions, "publicKey" | "keys" | "keyId" | "jwksUrl" | "certificate"> = {
    algorithm: { by: json("SignatureVersion"), names: { "1": "rsa-v1_5-sha1", "2": "rsa-v1_5-sha256" } },
    signed: signedText,
    timestamp: json("Timestamp", "rfc3339"),
    signature: { at: json("Signature"), encoding: "base64" },
  };

  it.each(vectors("public-key", "aws-sns"))("accepts $description", async ({ body, headers, secretOrKey }) => {
    const auth = publicKey({ ...options, publicKey: secretOrKey } as PublicKeyOptions);
    expect(await outcomeOf(auth, { body, headers })).toBe("proven");
    for (const [from, to] of [
      ["m-", "n-"],
      ['SignatureVersion":"1', 'SignatureVersion":"2'],
      ["MyTopic", "MyOther"],
    ] as const) {
      if (body.includes(from))
        expect(await outcomeOf(auth, { headers, body: body.replace(from, to) })).toBe("unauthenticated");
    }
    expect(await outcomeOf(auth, { headers, body: "[]" })).toBe("unauthenticated");
    expect(await outcomeOf(auth, { headers, body: "{" })).toBe("bad_credentials");
  });

  it("fetches what SigningCertURL names, from the hosts that may be named", async () => {
    server = await serve((_req, res) => res.end(pem("leaf")));
    const auth = createPublicKeyAuth({
      ...options,
      algorithm: "ecdsa-p256-sha256",
      certificate: { url: json("SigningCertURL"), hosts: ["127.0.0.1"], path: PEM_PATH },
    } as PublicKeyOptions);
    const body = { Type: "Notification", MessageId: "m", Message: "x", TopicArn: "t" };
    const sent = (path: string) =>
      signed(
        auth,
        { body: Buffer.from(JSON.stringify({ ...body, SigningCertURL: `${server?.origin}${path}` })) },
        pem("leaf-key"),
      );
    expect(await outcomeOf(auth, received(await sent("/SimpleNotificationService-1.pem")))).toBe("proven");
    expect(await outcomeOf(auth, received(await sent("/other.pem")))).toBe("unauthenticated");
    expect(server.requests).toBe(1);
  });
});

describe("misuse", () => {
  it.each<[string, object, RegExp]>([
    ["no hosts", { hosts: [] }, /must name at least one host/],
    ["a host with a path", { hosts: ["api.paypal.com/x"] }, /must be a lower-case host name/],
    ["a top-level star", { hosts: ["*.com"] }, /must be a lower-case host name/],
    ["an upper-case host", { hosts: ["API.paypal.com"] }, /lower-case/],
    ["an open RegExp", { hosts: [/amazonaws\.com/] }, /begin with \^ and end with \$/],
    ["a RegExp with an escaped end", { hosts: [/^a\$/] }, /begin with \^/],
    ["a RegExp with a bar", { hosts: [/^a$|b$/] }, /no \| outside/],
    ["an open path", { hosts: ["a.test"], path: /\.pem$/ }, /begin with \^/],
    ["a global RegExp", { hosts: [/^a$/g] }, /no flag/],
    ["a root that is none", { hosts: ["a.test"], roots: ["x"] }, /roots\[0\] must be a certificate/],
    ["an unknown option", { hosts: ["a.test"], host: "x" }, /did you mean "hosts"/],
    ["a URL that is nowhere", { hosts: ["a.test"], url: "x-cert-url" }, /certificate\.url must be header/],
  ])("throws for %s", (_name, certificate, message) => {
    const options = {
      algorithm: "ed25519",
      signature: { header: "x", encoding: "hex" },
      certificate: { url: header("u"), ...certificate },
    };
    expect(() => publicKey(options as PublicKeyOptions)).toThrow(message);
  });
});
