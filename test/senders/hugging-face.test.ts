// Checks the sender Hugging Face.
import { huggingFace } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

documentationOracle("https://huggingface.co/docs/hub/webhooks", {
  sender: huggingFace({ secret }),
  forged: { headers: { "x-webhook-secret": `${secret}x` } },
  body: { event: { action: "update", scope: "repo.content" } },
  headers: () => ({ "x-webhook-secret": secret }),
  seen: { type: "repo.content.update" },
});
