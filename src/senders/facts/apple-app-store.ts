// Apple App Store Server Notifications: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const appleAppStore: SenderFacts = {
  title: "Apple App Store Server Notifications",
  credential: "Nothing secret: your app's bundle id.",
  proof:
    "`signedPayload` in the body: JWS, ES256, with its chain in `x5c` to Apple Root CA - G3; the certificates have Apple's marks, and were valid when it was signed.",
  exampleType: "SUBSCRIBED.INITIAL_BUY",
  events: "id `notificationUUID`; type `notificationType`, and `subtype` after a dot where there is one.",
  retries: "Five times: after 1, 12, 24, 48 and 72 hours.",
  notes: [
    "Apple signs for every app: `bundleId` keeps others' out, and `environment` the sandbox's.",
    "The payload is what the token says. `data.signedTransactionInfo` and `data.signedRenewalInfo` are tokens of the same kind, and stay texts; they are inside of what is signed.",
    "`signedDate` says when the event was signed, and is not judged; certificates are not looked up for revocation.",
  ],
  oracle: { kind: "library", source: "@apple/app-store-server-library" },
  sources: [
    "apple/app-store-server-library-node",
    "https://developer.apple.com/documentation/appstoreservernotifications",
  ],
  unconfirmed: ["time limit", "whether a retry is signed anew"],
};
