// Every scheme checks its options by a table of rules: an unknown option is refused with a near miss, and so is what is no object.
import { header } from "hookgate";
import * as auth from "hookgate/auth";
import { clientCertificate } from "hookgate/auth/client-certificate";
import { messageSignature } from "hookgate/auth/http-signature";
import { describe, expect, it } from "vitest";

type Build = (options: unknown) => unknown;
const secret = "0123456789abcdef0123456789abcdef";
const signature = { header: "x-signature", encoding: "hex" };

/** Each with options that build it, and a misspelling of one of them. */
const SCHEMES: Readonly<Record<string, readonly [build: unknown, options: object, misspelt: string, meant: string]>> = {
  basicAuth: [auth.basicAuth, { username: "erp", password: secret }, "pasword", "password"],
  bearerJwt: [auth.bearerJwt, { issuer: "i", audience: "a", secret }, "audiences", "audience"],
  bearerToken: [auth.bearerToken, { token: secret }, "tokens", "token"],
  clientCertificate: [clientCertificate, { commonName: "erp" }, "fingerprint", "fingerprints"],
  detachedJws: [auth.detachedJws, { header: "x-jws", algorithms: ["HS256"], secret }, "algoritms", "algorithms"],
  digest: [auth.digest, { secret, signed: "{secret}{body}", signature }, "algorithem", "algorithm"],
  hmac: [auth.hmac, { secret, signature }, "secrets", "secret"],
  itemHmac: [
    auth.itemHmac,
    { secret, items: "items", fields: ["id"], joint: ":", signature: "hmac", encoding: "hex" },
    "field",
    "fields",
  ],
  jwt: [
    auth.jwt,
    { at: "body", algorithms: ["HS256"], secret, issuer: "i", audience: "a" },
    "requiredClaim",
    "requiredClaims",
  ],
  messageSignature: [
    messageSignature,
    { required: ["@method"], keys: [{ algorithm: "hmac-sha256", secret }] },
    "requires",
    "required",
  ],
  publicKey: [
    auth.publicKey,
    { publicKey: async () => null, algorithm: "ed25519", signature },
    "publickey",
    "publicKey",
  ],
  signedForm: [auth.signedForm, {}, "repeat", "repeats"],
  staticToken: [auth.staticToken, { token: secret, at: header("x-token") }, "prefixes", "prefix"],
};
/** What hookgate/auth exports beside schemes with options. */
const OTHERS = ["allOf", "anyOf", "bodySecrets", "param", "unwrapped", "viewOfJsonHeader", "viewOfMultipart"];

it("the table has every scheme of hookgate/auth", () => {
  const exported = Object.keys(auth).filter((name) => !OTHERS.includes(name));
  const own = ["clientCertificate", "messageSignature"];
  expect(Object.keys(SCHEMES).filter((name) => !own.includes(name))).toEqual(exported.sort());
});

describe.each(Object.entries(SCHEMES))("%s", (name, [make, options, misspelt, meant]) => {
  const build = make as Build;

  it("is built with its options", () => {
    expect(build(options)).toBeTypeOf("object");
  });

  it("refuses a misspelt option, even undefined, and names the one that was meant", () => {
    const message = `${name}: unknown option "${misspelt}"; did you mean "${meant}"?`;
    expect(() => build({ ...options, [misspelt]: undefined })).toThrow(new TypeError(message));
  });

  it.each([
    ["null", null],
    ["a text, which is not repeated", "s3cret"],
    ["a list", [1]],
  ])("refuses %s in place of options", (_, given) => {
    expect(() => build(given)).toThrow(TypeError);
    expect(() => build(given)).toThrow(new RegExp(`^${name}: options must be an object, \\{ .+ \\}; got `));
    expect(() => build(given)).not.toThrow(/s3cret/);
  });
});

describe.each<[scheme: string, build: Build, options: object, option: string, wrong: unknown, message: RegExp]>([
  [
    "hmac",
    auth.hmac as Build,
    { secret, signature },
    "algorithm",
    "sha257",
    /^hmac: algorithm must be one of "sha1", .*; got "sha257"$/,
  ],
  [
    "hmac",
    auth.hmac as Build,
    { secret },
    "signature",
    "x-signature",
    /^hmac: signature must say where it is, .*; got "x-signature"$/,
  ],
  [
    "hmac",
    auth.hmac as Build,
    { secret },
    "signature",
    { ...signature, encoding: "hexa" },
    /^hmac: signature\.encoding must be one of "hex", .*; got "hexa"$/,
  ],
  [
    "hmac",
    auth.hmac as Build,
    { secret },
    "signature",
    { ...signature, encodin: 1 },
    /^hmac: signature: unknown option "encodin"; did you mean "encoding"\?$/,
  ],
  [
    "hmac",
    auth.hmac as Build,
    { secret, signature },
    "patterns",
    [/a/],
    /^hmac: patterns must be regular expressions by value, .*; got an array$/,
  ],
  [
    "hmac",
    auth.hmac as Build,
    { secret, signature },
    "key",
    { base64After: "" },
    /^hmac: key\.base64After must be the prefix of the secret, .*; got an empty string$/,
  ],
  [
    "digest",
    auth.digest as Build,
    { secret, signed: "{secret}{body}", signature },
    "secretAt",
    "middle",
    /^digest: secretAt must be "start" or "end"; got "middle"$/,
  ],
  [
    "signedForm",
    auth.signedForm as Build,
    {},
    "maxFormBytes",
    0,
    /^signedForm: maxFormBytes must be a whole number of bytes, 1 or more; got 0$/,
  ],
  [
    "basicAuth",
    auth.basicAuth as Build,
    { password: secret },
    "username",
    "a:b",
    /^basicAuth: username must be a non-empty text without a colon; got a string$/,
  ],
  [
    "staticToken",
    auth.staticToken as Build,
    { token: secret, at: header("x-token") },
    "prefix",
    5,
    /^staticToken: prefix must be a text, .*; got a number$/,
  ],
])("%s", (_scheme, build, options, option, wrong, message) => {
  it(`says what ${option} must be, and what came: ${JSON.stringify(wrong)}`, () => {
    expect(() => build({ ...options, [option]: wrong })).toThrow(message);
  });
});
