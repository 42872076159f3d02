// Slack: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const slack: SenderFacts = {
  title: "Slack",
  credential:
    "the app's signing secret: api.slack.com/apps → Basic Information → App Credentials. Used as text. Not the old verification token.",
  proof:
    "`X-Slack-Signature: v0=<hex>`, HMAC-SHA256 over `v0:<X-Slack-Request-Timestamp>:<body>`; the time is unix seconds.",
  exampleType: "app_mention",
  events:
    "Events API, slash commands and interactivity, on one URL or on several. JSON `event_callback`: type of the inner event (`app_mention`), payload the whole callback, id `event_id`, time `event_time`, attempt `X-Slack-Retry-Num` (not signed). Form: type `command`, payload the form's fields (`command`, `text`, …), id `trigger_id`. Form with JSON in `payload`: type `block_actions`, `view_submission`, …, payload that JSON, no id. JSON `app_rate_limited`: that type, no id.",
  retries:
    "Events at once, after 1 min and after 5 min; commands and interactions never. `X-Slack-No-Retry` is not sent.",
  notes: [
    "`url_verification` is signed; the challenge, at most 512 characters, goes back as plain text. `ssl_check=1` comes as a form **without** a signature: it gets an empty 200, and nothing of it reaches a handler. With a signature header it must hold like any other delivery.",
    "Interactions have no id, so they are not deduped; Slack does not send them again.",
    'Acknowledge first and work afterwards: 3 s are short. A command may be answered at once: `context.reply({ body: "On it." })`.',
  ],
  oracle: {
    kind: "vector",
    source:
      "github.com/slackapi/bolt-js@9a45c3c9a3 test/unit/receivers/ExpressReceiver.spec.ts; same values in https://docs.slack.dev/authentication/verifying-requests-from-slack",
  },
  sources: [
    "github.com/slackapi/bolt-js@9a45c3c9a3, src/receivers/verify-request.ts, HTTPModuleFunctions.ts; slackapi/python-slack-sdk, tests/slack_sdk/signature",
    "docs.slack.dev",
    "npm slack-payload, and the published delivery of a slash command: how forms are laid out",
  ],
  unconfirmed: ["that `event_id` stays the same over retries"],
};
