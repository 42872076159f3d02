// A route of Next.js: this file as app/webhooks/slack/route.ts.
import { createReceiver } from "hookgate";
import { slack } from "hookgate/senders";

// The secret is a function, asked for each delivery: `next build` loads this file where the environment is not set.
// Neither `runtime` nor `dynamic` is exported: Next refuses both with `cacheComponents: true`, and the defaults fit.
const receiver = createReceiver(slack({ secret: () => process.env.SLACK_SIGNING_SECRET }));
receiver.on("*", (event) => console.log(event.type, event.id));

// Not `export const POST = receiver.fetch`: Next's second argument is no option of the receiver.
export function POST(request: Request): Promise<Response> {
  return receiver.fetch(request); // with `after` of next/server: receiver.fetch(request, { waitUntil: after })
}
