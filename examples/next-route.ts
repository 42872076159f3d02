// On Next.js: this file as app/webhooks/slack/route.ts. Next hands a Request to whichever method is exported.
import { createReceiver } from "hookgate";
import { slack } from "hookgate/senders";

export const runtime = "nodejs"; // not "edge": proofs are checked with node:crypto
export const dynamic = "force-dynamic";

export const sender = slack({ secret: process.env.SLACK_SIGNING_SECRET ?? "a secret for trying it out" });
const receiver = createReceiver(sender).on("*", (event) => console.log(event.type, event.id));

// Not `export const POST = receiver.fetch`: Next's second argument is no option of the receiver.
export function POST(request: Request): Promise<Response> {
  return receiver.fetch(request); // on a platform with `after`: receiver.fetch(request, { waitUntil: after })
}
