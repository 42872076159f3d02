// Verifies Apple App Store Server Notifications' deliveries and locates their events.
import { jwtPayload } from "../auth/jwt/jws-parse.js";
import { jwt } from "../auth/jwt/jwt.js";
import { tokenMember } from "../auth/jwt/jwt-body-format.js";
import { type Auth, type Proof, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { dotted, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import { isPromise } from "../lib/maybe-promise.js";
import { APPLE_ROOT_CA_G3 } from "./shared/apple-root.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { requireText } from "./shared/handshakes.js";

/** Options of `appleAppStore`. */
export interface AppleAppStoreOptions {
  /** Your app's bundle id. Apple signs for every app: this is what makes a notification yours. */
  readonly bundleId: string;
  /** Default `"Production"`. The sandbox has the same certificates. */
  readonly environment?: "Production" | "Sandbox" | undefined;
  /** Instead of Apple Root CA - G3, for tests: PEM. */
  readonly roots?: readonly string[] | undefined;
}

const TOKEN = "signedPayload";
/** Apple marks the certificates that sign receipts, and those that issue them. */
const LEAF_OID = "1.2.840.113635.100.6.11.1";
const ISSUER_OID = "1.2.840.113635.100.6.2.1";
/** Where a notification says whose it is, by its kind. */
const PARTS = ["data", "summary", "externalPurchaseToken", "appData"] as const;

const OTHER_APP = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the notification is Apple's, but of another app (bundleId)",
);
const OTHER_ENVIRONMENT = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the notification is Apple's, but of another environment",
);

function appStoreAuth({ bundleId, environment = "Production", roots }: AppleAppStoreOptions): Auth {
  requireText("appleAppStore", "bundleId", bundleId);
  if (environment !== "Production" && environment !== "Sandbox") {
    throw new TypeError(
      `appleAppStore: environment must be "Production" or "Sandbox"; got ${JSON.stringify(environment)}`,
    );
  }
  const auth = jwt({
    at: json(TOKEN),
    isPayload: true,
    algorithms: ["ES256"],
    x5c: { roots: roots ?? [APPLE_ROOT_CA_G3], leafOids: [LEAF_OID], issuerOids: [ISSUER_OID] },
    signedAt: { claim: "signedDate", format: "unix-milliseconds" },
    requiredClaims: ["notificationType"],
    lacks: {
      issuer: "Apple's notifications name none; the chain's markers say who signs",
      audience: "Apple's notifications name the app by bundleId, which is checked below",
      expiry: "Apple's notifications have none, and are retried for days",
    },
  });
  function ofOurApp(delivery: Delivery): (proof: Proof) => Proof {
    return (proof) => {
      if (!proof.ok) return proof;
      const claims = claimsOf(delivery);
      const part = PARTS.find((name) => memberOf(claims, name) !== undefined) ?? "data";
      if (memberOf(claims, `${part}.bundleId`) !== bundleId) return OTHER_APP;
      const told = memberOf(claims, `${part}.environment`);
      return told === undefined || told === environment ? proof : OTHER_ENVIRONMENT;
    };
  }
  return {
    ...auth,
    verify(delivery, context) {
      const proof = auth.verify(delivery, context);
      const check = ofOurApp(delivery);
      return isPromise(proof) ? proof.then(check) : check(proof);
    },
  };
}

/** Read again once the signature holds: the proof keeps its claims to itself. */
function claimsOf({ body }: Delivery): unknown {
  const parsed = parseJson(body);
  const token = parsed.ok ? memberOf(parsed.value, TOKEN) : undefined;
  const claims = typeof token === "string" ? jwtPayload(token) : undefined;
  return claims?.ok ? claims.value : undefined;
}

/** Apple's App Store Server Notifications, version 2. Types are type and subtype: `SUBSCRIBED.INITIAL_BUY`, `REFUND`. */
export const appleAppStore: SenderFactory<AppleAppStoreOptions> = /* @__PURE__ */ senderFactory({
  factory: "appleAppStore",
  name: "apple-app-store",
  options: ["bundleId", "environment", "roots"],
  define: (options) => ({
    auth: appStoreAuth(options),
    body: { "application/json": tokenMember(TOKEN) },
    toleranceSeconds: null,
    event: {
      id: json("notificationUUID"),
      type: dotted(json("notificationType"), json("subtype")),
      timestamp: json("signedDate", "unix-milliseconds"),
    },
    reply: { retryHorizonSeconds: 7 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
