// Checks the sender Apple App Store Server Notifications.

import { X509Certificate } from "node:crypto";
import { Environment, SignedDataVerifier } from "@apple/app-store-server-library";
import { appleAppStore } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { appleLike } from "../../scripts/sample-chain.js";
import { APPLE_ROOT_CA_G3 } from "../../src/senders/shared/apple-root.js";
import { delivered } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { anySender, send } from "../support/senders/send.js";

describe("Apple's App Store", () => {
  const { root, signer } = appleLike();
  const of = (more: object = {}) =>
    appleAppStore({ bundleId: "com.example", environment: "Sandbox", roots: [root], ...more });
  const notification = (data: object) => ({
    notificationType: "SUBSCRIBED",
    subtype: "INITIAL_BUY",
    notificationUUID: "n-1",
    data,
  });
  const ours = notification({ bundleId: "com.example", environment: "Sandbox" });

  it("hands over what the token says, under type and subtype", async () => {
    const { seen, outcome } = await send(of(), ours, { key: signer });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "SUBSCRIBED.INITIAL_BUY", id: "n-1", payload: ours }]);
  });

  it("takes what stands beside the token for nothing", async () => {
    const { signed, receive, seen } = await send(of(), ours, { key: signer });
    const token = JSON.parse(Buffer.from(signed.body).toString("utf8"));
    const body = JSON.stringify({ ...token, notificationType: "REFUND", notificationUUID: "n-2" });
    await receive({ ...signed, url: "/", body });
    expect(seen).toMatchObject([{ id: "n-1" }, { type: "SUBSCRIBED.INITIAL_BUY", id: "n-1" }]);
  });

  it.each<[string, object, object]>([
    ["another app", {}, notification({ bundleId: "com.other", environment: "Sandbox" })],
    ["no app", {}, notification({ environment: "Sandbox" })],
    ["another environment", { environment: "Production" }, ours],
    [
      "an app in a part that does not count",
      {},
      { ...notification({ bundleId: "com.other" }), summary: { bundleId: "com.example" } },
    ],
  ])("refuses what Apple signed for %s", async (_name, more, payload) => {
    expect((await send(of(more), payload, { key: signer })).outcome).toMatchObject({ name: "unauthenticated" });
  });

  it("carries Apple Root CA - G3 as it is published", () => {
    // The fingerprint as agisboye/app-store-server-api (src/AppleRootCertificate.ts) and tamtamchik/apple-iap-tools
    // (src/constants.ts) pin it, of the file at https://www.apple.com/certificateauthority/AppleRootCA-G3.cer; the PEM
    // itself was compared with the one in clearhaus/pedicel @117ea62666 (lib/pedicel.rb).
    const published = "63:34:3A:BF:B8:9A:6A:03:EB:B5:7E:9B:3F:5F:A7:BE:7C:4F:5C:75:6F:30:17:B3:A8:C4:88:C3:65:3E:91:79";
    const certificate = new X509Certificate(APPLE_ROOT_CA_G3);
    expect(certificate.fingerprint256).toBe(published);
    expect(certificate.raw).toHaveLength(583);
    expect(certificate.subject).toContain("CN=Apple Root CA - G3");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it("trusts Apple's own root alone by default", async () => {
    const { signed } = await send(of(), ours, { key: signer });
    const { receive } = delivered(anySender(appleAppStore({ bundleId: "com.example", environment: "Sandbox" })));
    expect(await receive({ ...signed, url: "/" })).toMatchObject({ name: "unauthenticated" });
  });

  it("throws without a bundle id, and for another environment", () => {
    expect(() => appleAppStore({ bundleId: "" })).toThrow(/^appleAppStore: bundleId/);
    expect(() => appleAppStore({ bundleId: "a", environment: "Xcode" as never })).toThrow(/"Production" or "Sandbox"/);
  });
});

describe("the library", () => {
  const { root, signer } = appleLike();
  libraryOracle("@apple/app-store-server-library", {
    sender: appleAppStore({ bundleId: "com.example", environment: "Sandbox", roots: [root] }),
    // Apple's chain ends with its root.
    key: signer + root,
    type: "SUBSCRIBED.INITIAL_BUY",
    payload: {
      notificationType: "SUBSCRIBED",
      subtype: "INITIAL_BUY",
      notificationUUID: "n-1",
      data: { bundleId: "com.example", environment: "Sandbox", note: NOTE },
    },
    accepts({ body }) {
      const verifier = new SignedDataVerifier([Buffer.from(root)], false, Environment.SANDBOX, "com.example");
      return verifier.verifyAndDecodeNotification((JSON.parse(body) as { signedPayload: string }).signedPayload);
    },
    change: (body) => body.replace(/\.([^.]*)"/, (_, signature: string) => `.${[...signature].reverse().join("")}"`),
  });
});
