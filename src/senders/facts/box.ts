// Box: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const box: SenderFacts = {
  title: "Box",
  credential:
    "Developer Console → your app → Webhooks → Manage signature keys: primary and secondary, as a list of two. Used as text.",
  proof:
    "`BOX-SIGNATURE-PRIMARY` and `BOX-SIGNATURE-SECONDARY: <base64, 44 chars>`: HMAC-SHA256 over `<body><BOX-DELIVERY-TIMESTAMP>`, each with its own key; one that fits is enough. The time is RFC 3339. `BOX-SIGNATURE-VERSION: 1` and `BOX-SIGNATURE-ALGORITHM: HmacSHA256` come beside them.",
  exampleType: "FILE.UPLOADED",
  retries: "Up to twelve times within two hours.",
  notes: [
    "`BOX-DELIVERY-ID` changes with each attempt; `id` of the body stays.",
    "Times up to ten minutes old are accepted, as Box' own library does.",
  ],
  oracle: {
    kind: "vector",
    source:
      "github.com/box/box-typescript-sdk-gen@1a16c5bd8a src/test/webhooks.generated.test.ts testWebhookValidation",
  },
  sources: ["box/box-typescript-sdk-gen @1a16c5bd8a", "box/developer.box.com"],
};
