// Twilio's webhook URLs of a phone number: one for messages, one for calls.

import { CHECKED_LATER, checkOptions } from "../../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { groupedBy, membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, WantedEndpoint } from "./provider.js";

/** Options of `twilioWebhook`. */
export interface TwilioWebhookOptions extends ApiOptions {
  readonly accountSid: string;
  readonly authToken: string | undefined;
  /** The SID of the number, `PN…`. */
  readonly phoneNumberSid: string;
}

/** Properties of a number for messages, calls and call progress. */
const FIELDS: Readonly<Record<string, readonly [read: string, write: string]>> = {
  sms: ["sms_url", "SmsUrl"],
  voice: ["voice_url", "VoiceUrl"],
  status: ["status_callback", "StatusCallback"],
};

/**
 * The URLs that Twilio calls for a phone number. Events are `sms`, `voice`, `status`. Twilio signs with the account's auth
 * token, so there is no secret to choose, and it never retries: verify a new URL with `signedRoundTrip`.
 *
 * Source: twilio.com/docs/phone-numbers/api/incomingphonenumber-resource.
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function twilioWebhook(options: TwilioWebhookOptions): EndpointApi {
  checkOptions<TwilioWebhookOptions>("twilioWebhook", options, {
    accountSid: CHECKED_LATER,
    authToken: CHECKED_LATER,
    phoneNumberSid: CHECKED_LATER,
    ...API_RULES,
  });
  const authToken = checkedToken("twilioWebhook", "authToken", options.authToken);
  const accountSid = checkedToken("twilioWebhook", "accountSid", options.accountSid);
  const numberSid = checkedToken("twilioWebhook", "phoneNumberSid", options.phoneNumberSid);
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString("base64");
  const api = new SenderApi({
    sender: "Twilio",
    baseUrl: "https://api.twilio.com",
    headers: { authorization: `Basic ${basic}` },
    secrets: [authToken, basic],
    options,
  });
  const path = `/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/IncomingPhoneNumbers/${encodeURIComponent(numberSid)}.json`;

  async function write(urlOf: (event: string) => string): Promise<void> {
    const form = Object.entries(FIELDS).map(([event, [, name]]) => [name, urlOf(event)] as const);
    await api.call({ what: "set the number's URLs", method: "POST", path, form, isRepeatable: true });
  }

  async function set({ url, events }: WantedEndpoint): Promise<ChangedEndpoint> {
    const unknown = events.filter((event) => !Object.hasOwn(FIELDS, event));
    if (unknown.length > 0)
      throw new TypeError(
        `twilioWebhook: unknown events ${unknown.join(", ")}; known are ${Object.keys(FIELDS).join(", ")}`,
      );
    await write((event) => (events.includes(event) ? url : ""));
    return { id: numberSid, url, events, isEnabled: true };
  }

  return {
    title: `Twilio ${numberSid}`,
    secretBy: "nobody",
    holds: "one",
    async list() {
      const row = membersOf((await api.call({ what: "read the number", path })).value);
      const byUrl = groupedBy(Object.entries(FIELDS), ([, [name]]) => textOf(row[name]) ?? "");
      byUrl.delete("");
      return [...byUrl].map(([url, fields]) => ({
        id: numberSid,
        url,
        events: fields.map(([event]) => event),
        isEnabled: true,
      }));
    },
    create: set,
    update: (_id, wanted) => set(wanted),
    remove: () => write(() => ""),
  };
}
