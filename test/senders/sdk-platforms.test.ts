// What vendors' own libraries accept and make is what our senders make and accept: chat, trackers, CRM, cloud.
import { generateKeyPairSync } from "node:crypto";
import https from "node:https";
import { PassThrough } from "node:stream";
import hubspotSdk from "@hubspot/api-client";
import { validateSignature } from "@line/bot-sdk";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import { verifyKey } from "discord-interactions";
import type { Sender } from "hookgate";
import { awsSns, discord, type HubspotVersion, hubspot, line, linear } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import MessageValidator from "sns-validator";
import { afterEach, describe, expect, it, vi } from "vitest";
import { delivered, JSON_TYPE } from "./deliver.js";
import { header, type Signed } from "./signed.js";

const secret = "0123456789abcdef0123456789abcdef";
const target = "/webhooks/platforms?a=1&b=c%20d";
const url = `https://example.com${target}`;
/** Everything that a parser on the way could change: escapes, slashes, spaces, and letters beyond ASCII. */
const note = "é / <b> \u2028 😀 & + %20";
const topic = "arn:aws:sns:us-east-1:123456789012:orders";
const certificateUrl = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";

const ed25519 = generateKeyPairSync("ed25519");
/** Discord shows its key as the 32 bytes themselves: the end of the SPKI form. */
const discordKey = ed25519.publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
const ed25519Pkcs8 = ed25519.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const rsaSpki = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
const rsaPkcs8 = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

interface Case {
  readonly name: string;
  readonly sender: Sender<never>;
  readonly key?: string;
  readonly type: string;
  readonly payload: object;
  /** Whether the vendor's library accepts it. */
  accepts(signed: Signed): boolean | Promise<boolean>;
  /** A delivery signed by the vendor's library, where it can sign. */
  makes?(): Signed;
}

const contact = { eventId: 1, subscriptionId: 2, objectId: 3, occurredAt: 1_767_323_045_678 };
const { Signature } = hubspotSdk;

function hubspotCase(version: HubspotVersion): Case {
  const name = version === "v3" ? "x-hubspot-signature-v3" : "x-hubspot-signature";
  const time = "x-hubspot-request-timestamp";
  const payload = [{ ...contact, subscriptionType: "contact.creation", note }];
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
    name: `hubspot, ${version}`,
    sender: hubspot({ secret, versions: [version] }) as unknown as Sender<never>,
    type: "contact.creation",
    payload,
    accepts: (signed) => Signature.isValid(options(signed)),
    makes() {
      const bare = { url, headers: { ...JSON_TYPE, [time]: `${Date.now()}` }, body: JSON.stringify(payload) };
      const signature = Signature.getSignature("POST", version, options(bare));
      const headers = { ...bare.headers, [name]: signature, "x-hubspot-signature-version": version };
      return { ...bare, headers };
    },
  };
}

function snsCase(version: "1" | "2"): Case {
  return {
    name: `awsSns, version ${version}`,
    sender: awsSns({ topicArns: topic, publicKey: rsaSpki }) as unknown as Sender<never>,
    key: rsaPkcs8,
    type: "Notification",
    payload: {
      MessageId: "m1",
      TopicArn: topic,
      Subject: "é",
      Message: note,
      Timestamp: "2026-01-02T03:04:05.678Z",
      SignatureVersion: version,
      SigningCertURL: certificateUrl,
    },
    accepts({ body }) {
      answerCertificate();
      return new Promise((resolve) => new MessageValidator().validate(body, (error) => resolve(!error)));
    },
  };
}

/** The library fetches the certificate with `https.get`; a public key serves it as well. Nothing leaves the machine. */
function answerCertificate(): void {
  const get = (asked: string, answer: (response: unknown) => void) => {
    expect(asked).toBe(certificateUrl);
    answer(Object.assign(new PassThrough().end(rsaSpki), { statusCode: 200 }));
    return new PassThrough();
  };
  vi.spyOn(https, "get").mockImplementation(get as unknown as typeof https.get);
}

const cases: readonly Case[] = [
  {
    name: "line",
    sender: line({ secret }) as unknown as Sender<never>,
    type: "message",
    payload: { destination: "U1", events: [{ type: "message", webhookEventId: "e1", timestamp: 1, note }] },
    accepts: (signed) => validateSignature(signed.body, secret, header(signed, "x-line-signature")),
  },
  {
    name: "discord, webhook events",
    sender: discord({ publicKey: discordKey }) as unknown as Sender<never>,
    key: ed25519Pkcs8,
    type: "APPLICATION_AUTHORIZED",
    payload: { type: 1, event: { type: "APPLICATION_AUTHORIZED", timestamp: "2026-01-02T03:04:05Z", data: { note } } },
    accepts: discordAccepts,
  },
  {
    name: "discord, interactions",
    sender: discord({ publicKey: discordKey }) as unknown as Sender<never>,
    key: ed25519Pkcs8,
    type: "application_command",
    payload: { id: "1", type: 2, data: { name: "note", note } },
    accepts: discordAccepts,
  },
  {
    name: "linear",
    sender: linear({ secret }) as unknown as Sender<never>,
    type: "Issue.create",
    payload: { type: "Issue", action: "create", createdAt: "2026-01-02T03:04:05.678Z", data: { note } },
    accepts(signed) {
      // It throws what it refuses.
      try {
        return new LinearWebhookClient(secret).verify(Buffer.from(signed.body), header(signed, "linear-signature"));
      } catch {
        return false;
      }
    },
  },
  hubspotCase("v3"),
  hubspotCase("v2"),
  hubspotCase("v1"),
  snsCase("1"),
  snsCase("2"),
];

function discordAccepts(signed: Signed): Promise<boolean> {
  const [signature, time] = [header(signed, "x-signature-ed25519"), header(signed, "x-signature-timestamp")];
  return verifyKey(signed.body, signature, time, discordKey);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(cases)("$name", ({ sender, key, type, payload, accepts, makes }) => {
  const receive = ({ headers, body }: Signed) => {
    const made = delivered(sender, sender.definition.auth.needsPublicUrl ? { publicUrl: url } : {});
    return { made, outcome: made.receive({ url: target, headers, body }) };
  };

  it("signs as the vendor's library wants it, and refuses what the library refuses", async () => {
    const request = await createTestSender(sender, { url, ...(key === undefined ? {} : { key }) }).sign({
      type,
      payload,
    });
    const signed = { url: request.url, headers: request.headers, body: Buffer.from(request.body).toString("utf8") };
    expect(await accepts(signed)).toBe(true);
    const { made, outcome } = receive(signed);
    expect(await outcome).toMatchObject({ name: "processed" });
    expect(made.seen).toMatchObject([{ type }]);

    const changed = { ...signed, body: signed.body.replace("😀", "😁") };
    expect(changed.body).not.toBe(signed.body);
    expect(await accepts(changed)).toBe(false);
    expect(await receive(changed).outcome).toMatchObject({ name: "unauthenticated" });
  });

  it.runIf(makes !== undefined)("accepts what the vendor's library signs", async () => {
    const { made, outcome } = receive((makes as NonNullable<typeof makes>)());
    expect(await outcome).toMatchObject({ name: "processed" });
    expect(made.seen).toMatchObject([{ type }]);
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
  async function verdict(arriving: string, signedUrl: string): Promise<string> {
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
      expect(await verdict(arriving, `https://example.com/hooks/a${character}b?to=${character}c`)).toBe("processed");
      expect(await verdict(arriving, arriving)).toBe("processed");
    }
  });

  it.each(others)("%s stays as it is", async (escaped) => {
    const arriving = `https://example.com/hooks?to=a${escaped}b`;
    expect(await verdict(arriving, arriving)).toBe("processed");
    expect(await verdict(arriving, decodeURIComponent(arriving))).toBe("unauthenticated");
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
