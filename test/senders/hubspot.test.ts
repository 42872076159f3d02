// Checks the sender HubSpot.

import { createHash } from "node:crypto";
import hubspotSdk from "@hubspot/api-client";
import type { Sender } from "hookgate";
import { type HubspotVersion, hubspot } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { type LibraryCase, libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { anySender, HOOK_URL, send } from "../support/senders/send.js";
import { header, type Signed } from "../support/senders/signed.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const { Signature } = hubspotSdk;
const contact = { eventId: 1, subscriptionId: 2, objectId: 3, occurredAt: 1_767_323_045_678 };
const HUBSPOT_URL = "https://example.com/webhooks/platforms?a=1&b=c%20d";
function hubspotCase(version: HubspotVersion): LibraryCase {
  const name = version === "v3" ? "x-hubspot-signature-v3" : "x-hubspot-signature";
  const time = "x-hubspot-request-timestamp";
  const payload = [{ ...contact, subscriptionType: "contact.creation", note: NOTE }];
  const options = (signed: Signed) => ({
    signature: header(signed, name),
    clientSecret: secret,
    requestBody: signed.body,
    signatureVersion: version,
    url: signed.url,
    method: "POST",
    timestamp: Number(header(signed, time)),
  });
  return {
    kind: version,
    sender: hubspot({ secret, versions: [version] }),
    url: HUBSPOT_URL,
    type: "contact.creation",
    payload,
    accepts: (signed) => Signature.isValid(options(signed)),
    makes() {
      const bare = {
        url: HUBSPOT_URL,
        headers: { ...JSON_TYPE, [time]: `${Date.now()}` },
        body: JSON.stringify(payload),
      };
      const signature = Signature.getSignature("POST", version, options(bare));
      const headers = { ...bare.headers, [name]: signature, "x-hubspot-signature-version": version };
      return { ...bare, headers };
    },
  };
}

vectorOracle("hubspot", ({ secretOrKey: key }) => hubspot({ secret: key }));

libraryOracle("@hubspot/api-client", hubspotCase("v3"));

libraryOracle("@hubspot/api-client", hubspotCase("v2"));

libraryOracle("@hubspot/api-client", hubspotCase("v1"));

describe("what is not signed", () => {
  it("a version 3 signature that is wrong is not outweighed by a good one of version 1", async () => {
    const { signed, receive } = await send(hubspot({ secret }), [
      { eventId: 1, subscriptionId: 2, objectId: 3, occurredAt: 4, subscriptionType: "contact.creation" },
    ]);
    const v1 = createHash("sha256").update(secret).update(signed.body).digest("hex");
    const older = { "x-hubspot-signature": v1, "x-hubspot-signature-version": "v1" };
    expect(await receive({ ...signed, headers: { ...JSON_TYPE, ...older } })).toMatchObject({ name: "processed" });
    const wrong = { ...signed.headers, ...older, "x-hubspot-signature-v3": `${"A".repeat(43)}=` };
    expect(await receive({ ...signed, headers: wrong })).toMatchObject({ name: "unauthenticated" });
  });

  it('with versions: ["v3"] the older ones are refused', async () => {
    const body = "[]";
    const older = createHash("sha256")
      .update(secret + body)
      .digest("hex");
    const { receive } = delivered(anySender(hubspot({ secret, versions: ["v3"] })), { publicUrl: HOOK_URL });
    expect(await receive({ headers: { ...JSON_TYPE, "x-hubspot-signature": older }, body })).toMatchObject({
      name: "unauthenticated",
    });
  });
});

describe("misuse", () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      "hubspot with no version",
      () => hubspot({ secret, versions: [] }),
      /^hubspot: versions must be some of v1, v2, v3/,
    ],
  ])("%s throws", (_name, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

/** HubSpot's documentation lists twelve escapes that are to be decoded before the text is built, and no others. */
describe("hubspot, v3, and escapes in the URL", () => {
  const listed: Readonly<Record<string, string>> = {
    ...{ "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$" },
    ...{ "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";" },
  };
  const others = ["%20", "%23", "%25", "%26", "%2B", "%3D", "%5B", "%5D", "%22", "%3C", "%7C", "%C3%A9", "%25%33%41"];
  const payload = [{ ...contact, subscriptionType: "contact.creation" }];
  const sender = hubspot({ secret, versions: ["v3"] }) as unknown as Sender<never>;

  /** What HubSpot's library signs for a URL: it decodes nothing by itself, so it is given what HubSpot would sign. */
  async function outcomeOf(arriving: string, signedUrl: string): Promise<string> {
    const body = JSON.stringify(payload);
    const timestamp = Date.now();
    const options = { clientSecret: secret, requestBody: body, signatureVersion: "v3", url: signedUrl, timestamp };
    const signature = Signature.getSignature("POST", "v3", { ...options, signature: "" });
    const headers = {
      ...JSON_TYPE,
      "x-hubspot-signature-v3": signature,
      "x-hubspot-request-timestamp": String(timestamp),
    };
    const target = arriving.slice("https://example.com".length);
    return (await delivered(sender, { publicUrl: "https://example.com" }).receive({ url: target, headers, body })).name;
  }

  it.each(Object.entries(listed))("%s is signed as %s, and accepted as it came, too", async (escaped, character) => {
    for (const written of [escaped, escaped.toLowerCase()]) {
      const arriving = `https://example.com/hooks/a${written}b?to=${written}c`;
      expect(await outcomeOf(arriving, `https://example.com/hooks/a${character}b?to=${character}c`)).toBe("processed");
      expect(await outcomeOf(arriving, arriving)).toBe("processed");
    }
  });

  it.each(others)("%s stays as it is", async (escaped) => {
    const arriving = `https://example.com/hooks?to=a${escaped}b`;
    expect(await outcomeOf(arriving, arriving)).toBe("processed");
    expect(await outcomeOf(arriving, decodeURIComponent(arriving))).toBe("unauthenticated");
  });

  it("what we sign for such a URL is what the library accepts for the decoded one, and only for that", async () => {
    const sent = `https://example.com/hooks?${Object.keys(listed).join("&")}&${others.join("&")}`;
    const decoded = `https://example.com/hooks?${Object.values(listed).join("&")}&${others.join("&")}`;
    const { headers, body } = await createTestSender(sender, { url: sent }).sign({ type: "contact.creation", payload });
    const options = (asked: string) => ({
      signature: headers["x-hubspot-signature-v3"] ?? "",
      clientSecret: secret,
      requestBody: Buffer.from(body).toString("utf8"),
      signatureVersion: "v3",
      url: asked,
      method: "POST",
      timestamp: Number(headers["x-hubspot-request-timestamp"]),
    });
    expect(Signature.isValid(options(decoded))).toBe(true);
    expect(Signature.isValid(options(sent))).toBe(false);
  });
});
