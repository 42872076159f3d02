// The list of endpoint providers by sender, and what each needs.

import { kakaoByHand, portoneByHand, tossPaymentsByHand } from "./manual.js";
import { cloudEventsSubscriptions } from "./providers/cloud-events.js";
import { discordWebhook } from "./providers/discord.js";
import { githubWebhooks } from "./providers/github.js";
import { gitlabWebhooks } from "./providers/gitlab.js";
import { linearWebhooks } from "./providers/linear.js";
import type { EndpointApi, ManualEndpoint } from "./providers/provider.js";
import { sendgridWebhooks } from "./providers/sendgrid.js";
import { shopifyWebhooks } from "./providers/shopify.js";
import { stripeWebhooks } from "./providers/stripe.js";
import { telegramWebhook } from "./providers/telegram.js";
import { twilioWebhook } from "./providers/twilio.js";

/** How the command line opens the endpoint API of one sender. */
export interface AdapterRow {
  /** Equals `about.name` of the sender. */
  readonly sender: string;
  /** The option that holds the token. `undefined` for senders configured by hand. Never given on a command line. */
  readonly token: string | undefined;
  /** Text options that name the place. One of the lists must be given completely. */
  readonly places: readonly (readonly string[])[];
  /** @throws {TypeError} Like the adapter. */
  readonly open: (options: Readonly<Record<string, unknown>>) => EndpointApi | ManualEndpoint;
}

function row<Options>(
  sender: string,
  token: string | undefined,
  places: readonly (readonly string[])[],
  open: (options: Options) => EndpointApi | ManualEndpoint,
): AdapterRow {
  // The adapter refuses missing and misspelt options.
  return { sender, token, places, open: (options) => open(options as Options) };
}

/** Every sender whose webhooks can be registered, by the API or by hand. */
export const ENDPOINT_ADAPTERS: readonly AdapterRow[] = [
  row("github", "token", [["owner", "repo"], ["org"], ["app"]], ({ app, ...options }: Record<string, unknown>) =>
    githubWebhooks({ ...options, ...(app === undefined ? {} : { app: app === true || app === "true" }) } as never),
  ),
  row("stripe", "apiKey", [[]], stripeWebhooks),
  row("gitlab", "token", [["project"], ["group"]], gitlabWebhooks),
  row("shopify", "token", [["shop"]], shopifyWebhooks),
  row("twilio", "authToken", [["accountSid", "phoneNumberSid"]], twilioWebhook),
  row("sendgrid", "apiKey", [[]], sendgridWebhooks),
  row("telegram", "token", [[]], telegramWebhook),
  row("discord", "token", [[]], discordWebhook),
  row("linear", "apiKey", [[], ["teamId"]], linearWebhooks),
  row("cloud-events", "token", [["baseUrl"]], cloudEventsSubscriptions),
  row("toss-payments", undefined, [[]], tossPaymentsByHand),
  row("portone", undefined, [[]], portoneByHand),
  row("kakao", undefined, [[]], kakaoByHand),
];
