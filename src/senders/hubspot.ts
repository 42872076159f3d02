// Verifies HubSpot's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { digest } from "../auth/schemes/digest.js";
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { type Auth, absent } from "../core/auth.js";
import { dottedAll, header, ifPresent, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { SecretOptions } from "./shared/options.js";

/** A version of HubSpot's signature. */
export type HubspotVersion = "v1" | "v2" | "v3";

/** Options of `hubspot`. */
export interface HubspotOptions extends SecretOptions {
  /** Accepted versions of the signature. Default: all. Versions 2 and 3 need `publicUrl`; without it such deliveries are 500 `misconfigured`. */
  readonly versions?: readonly HubspotVersion[] | undefined;
}

const VERSIONS: readonly HubspotVersion[] = ["v1", "v2", "v3"];
const SIGNATURE_V3 = "x-hubspot-signature-v3";
const SIGNATURE = "x-hubspot-signature";
const VERSION = "x-hubspot-signature-version";
/** The twelve escapes that the documentation lists for decoding before the text is built; all others stay. */
const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** `<method><URL, some of it decoded><body><time>`; the URL as it is registered is tried, too. */
const SIGNED_V3: SignedText = {
  covers: { body: true, method: true, url: true, headers: [] },
  needsPublicUrl: true,
  usesTimestamp: true,
  texts: ({ method, body }, { urls, timestamp }) =>
    urls.flatMap((url) =>
      [...new Set([url.replace(DECODED, decodeURIComponent), url])].map((one) =>
        Buffer.concat([Buffer.from(method + one, "utf8"), body, Buffer.from(timestamp, "latin1")]),
      ),
    ),
};

function proofs(secret: Secrets): Readonly<Record<HubspotVersion, () => Auth>> {
  const hex = { header: SIGNATURE, encoding: "hex" } as const;
  return {
    v3: () =>
      hmac({
        secret,
        signed: SIGNED_V3,
        timestamp: header("x-hubspot-request-timestamp", "unix-milliseconds"),
        signature: { header: SIGNATURE_V3, encoding: "base64" },
      }),
    v2: () => digest({ secret, signed: "{secret}{method}{url}{body}", signature: hex }),
    v1: () => digest({ secret, signed: "{secret}{body}", signature: hex }),
  };
}

/** Where a version 3 signature came it is the one that must hold: the others bind less. */
function hubspotAuth(secret: Secrets, versions: readonly HubspotVersion[]): Auth {
  if (versions.length === 0 || versions.some((one) => !VERSIONS.includes(one))) {
    throw new TypeError(`hubspot: versions must be some of ${VERSIONS.join(", ")}; got ${JSON.stringify(versions)}`);
  }
  const make = proofs(secret);
  const made = new Map(versions.map((one) => [one, make[one]()]));
  const best = made.get("v3") ?? made.get("v2") ?? (made.get("v1") as Auth);
  const all = [...made.values()];
  return {
    ...best,
    scheme: "hubspot",
    credentialHeaders: [SIGNATURE_V3, SIGNATURE, VERSION],
    // Version 1 does not sign the URL: a receiver that gets nothing else needs no public URL, and any other logs it when a later version arrives.
    needsPublicUrl: all.every((auth) => auth.needsPublicUrl),
    warnings: [...new Set(all.flatMap((auth) => auth.warnings ?? []))],
    verify(delivery, context) {
      const isV3 = delivery.headers.get(SIGNATURE_V3) !== undefined;
      const version = isV3 ? "v3" : delivery.headers.get(VERSION) === "v2" ? "v2" : "v1";
      const auth = made.get(version);
      if (auth !== undefined) return auth.verify(delivery, context);
      return absent(`no signature of the accepted versions (${versions.join(", ")})`);
    },
    sign(request, key) {
      const version = made.has("v3") ? undefined : made.has("v2") ? "v2" : "v1";
      const headers = version === undefined ? request.headers : { ...request.headers, [VERSION]: version };
      return best.sign?.({ ...request, headers }, key) ?? request;
    },
  };
}

/** HubSpot's webhooks. Types are subscriptions: `contact.creation`, `deal.propertyChange`. */
export const hubspot: SenderFactory<HubspotOptions> = /* @__PURE__ */ senderFactory({
  factory: "hubspot",
  name: "hubspot",
  options: ["secret", "versions"],
  define: ({ secret, versions = VERSIONS }) => ({
    auth: hubspotAuth(secret, versions),
    event: {
      each: "",
      // HubSpot says that `eventId` alone is not unique. Associations have two objects, and no `objectId`.
      id: dottedAll(
        ifPresent(json("portalId")),
        ifPresent(json("subscriptionId")),
        ifPresent(json("objectId")),
        ifPresent(json("fromObjectId")),
        ifPresent(json("toObjectId")),
        ifPresent(json("associationTypeId")),
        ifPresent(json("associationType")),
        ifPresent(json("messageId")),
        ifPresent(json("propertyName")),
        json("occurredAt"),
        json("eventId"),
      ),
      type: json("subscriptionType"),
      timestamp: json("occurredAt", "unix-milliseconds"),
      attempt: json("attemptNumber"),
    },
    reply: {
      // Other kinds of calls (cards, workflow actions) come by GET, too.
      methods: ["POST", "GET"],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      // A batch of up to 100 events, each with a property's value of up to 65,536 characters.
      maxBodyBytes: 10_485_760,
    },
  }),
});
