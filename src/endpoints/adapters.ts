// Which adapters are there, by their sender's name, and what does each need? For commands and pages.

import { cloudEventsSubscriptions } from "./apis/cloud-events.js";
import { discordWebhook } from "./apis/discord.js";
import { githubWebhooks } from "./apis/github.js";
import { gitlabWebhooks } from "./apis/gitlab.js";
import { linearWebhooks } from "./apis/linear.js";
import { sendgridWebhooks } from "./apis/sendgrid.js";
import { shopifyWebhooks } from "./apis/shopify.js";
import { stripeWebhooks } from "./apis/stripe.js";
import { telegramWebhook } from "./apis/telegram.js";
import { twilioWebhook } from "./apis/twilio.js";
import { kakaoByHand, portoneByHand, tossPaymentsByHand } from "./by-hand.js";
import type { EndpointApi, ManualEndpoint } from "./endpoint-api.js";

export interface AdapterRow {
  /** As `about.name` of the sender. */
  readonly sender: string;
  /** The option that holds the token; `undefined` where it is done by hand. Never on a command line. */
  readonly token: string | undefined;
  /** Further options, all of them text: ways to say where. One of the lists is given whole. */
  readonly places: readonly (readonly string[])[];
  /** @throws {TypeError} As the adapter does. */
  readonly open: (options: Readonly<Record<string, unknown>>) => EndpointApi | ManualEndpoint;
}

function row<Options>(
  sender: string,
  token: string | undefined,
  places: readonly (readonly string[])[],
  open: (options: Options) => EndpointApi | ManualEndpoint,
): AdapterRow {
  // What is missing or misspelt the adapter itself refuses.
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
