// Validates a sender's definition when it is built.

import type { ReplyProfile } from "../core/reply.js";
import {
  ANY_TEXT,
  checkOptions,
  FLAG,
  FUNCTION,
  isListOf,
  isObject,
  isText,
  type OptionRule,
  type OptionRules,
  type OtherNames,
  SECONDS,
} from "../lib/options.js";
import type { Handshake, PublishedAddresses, SenderDefinition } from "./sender.js";
import { checkRow } from "./validate-event-fields.js";

const NAME = /^[a-z][a-z0-9-]{0,63}$/;
const METHOD = /^[A-Z]+$/;
/** A token, RFC 9110 section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const METHODS: OptionRule = {
  must: 'be a list of methods in capitals, such as ["POST"]',
  fits: (value) => isListOf(value, (one) => isText(one) && METHOD.test(one)) && (value as unknown[]).length > 0,
};

const NAME_RULE: OptionRule = {
  must: `match ${NAME}, for it is part of every dedupe key`,
  fits: (value) => isText(value) && NAME.test(value),
  isRequired: true,
};
const DEFINITION: OptionRules<SenderDefinition> = {
  name: NAME_RULE,
  auth: {
    must: "be one of hookgate/auth, such as hmac(…) or bearerToken(…)",
    fits: (value) => typeof (value as { verify?: unknown } | null | undefined)?.verify === "function",
    isRequired: true,
    isPrivate: true,
  },
  body: { must: 'be media types with their formats, such as { "application/json": "json" }', fits: isObject },
  event: {
    must: 'be a row, such as { id: json("id"), type: json("type") }, or a function of the delivery that returns one',
    fits: (value) => typeof value === "function" || isObject(value),
    isRequired: true,
  },
  reply: { must: "be an object with what differs, such as { timeLimitSeconds: 5 }", fits: isObject },
  handshakes: { must: "be a list of { name, methods, isUnsigned, answer }", fits: Array.isArray },
  toleranceSeconds: {
    must: "be a number of seconds, 0 or more, or null where the sender's time says nothing about freshness",
    fits: (value) => value === null || SECONDS.fits(value),
  },
  retriesChange: {
    must: 'be names of members, such as ["attempt"], or left out',
    fits: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  },
  dedupe: {
    must: "be false, where ids name no events, or left out; a store goes to createReceiver(sender, { dedupe: { store } })",
    fits: (value) => value === false,
  },
  typeMismatch: FUNCTION,
  confirm: FUNCTION,
  privateHeaders: {
    must: 'be a list of header names, such as ["x-api-key"]',
    fits: (value) => isListOf(value, (one) => isText(one) && HEADER_NAME.test(one)),
  },
  addresses: { must: "be { url } of a text, or { url, at } of a JSON document", fits: isObject },
};
const DEFINITION_NAMES: OtherNames = {
  secret: "a secret goes to the proof: auth: hmac({ secret, … })",
  token: "a token goes to the proof: auth: bearerToken({ token })",
  signature: "a signature is described by the proof: auth: hmac({ secret, signature: { … } })",
  verify: "auth",
  type: 'the type is found by the row: event: { type: json("type") }',
  id: 'the id is found by the row: event: { id: json("id"), … }',
  timeout: "how long the sender waits is reply: { timeLimitSeconds }",
  store: "a store goes to createReceiver(sender, { dedupe: { store } })",
};

const REPLY: OptionRules<ReplyProfile> = {
  methods: METHODS,
  successStatus: { must: "be a status from 200 to 299", fits: isSuccess },
  successStatuses: {
    must: "be a list of statuses from 200 to 299, such as [200, 202]",
    fits: (value) => isListOf(value, isSuccess),
  },
  successHeaders: {
    must: 'be header names with their texts, such as { "content-type": "text/plain" }',
    fits: (value) => isObject(value) && Object.values(value).every(ANY_TEXT.fits),
  },
  successBody: ANY_TEXT,
  finish: { must: "be a function of the reply and its grounds that returns a reply", fits: FUNCTION.fits },
  stopStatus: { must: "be a status from 200 to 599", fits: isStatus },
  retries: FLAG,
  honoursRetryAfter: FLAG,
  timeLimitSeconds: { must: "be a number of seconds above 0", fits: (value) => SECONDS.fits(value) && value !== 0 },
  retryHorizonSeconds: SECONDS,
  unsubscribes: { must: "be a list of statuses, such as [410]", fits: (value) => isListOf(value, isStatus) },
  maxBodyBytes: {
    must: "be a whole number, 1 or more",
    fits: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  },
};
const REPLY_NAMES: OtherNames = {
  timeout: "timeLimitSeconds",
  status: "successStatus",
  statuses: "successStatuses",
  headers: "successHeaders",
  body: "successBody",
};

const HANDSHAKE: OptionRules<Handshake> = {
  name: { must: "be a text", fits: isText, isRequired: true },
  methods: { ...METHODS, isRequired: true },
  isUnsigned: { must: "be true, where it comes without proof, or false", fits: FLAG.fits, isRequired: true },
  answer: { must: "be a function of the delivery", fits: FUNCTION.fits, isRequired: true },
  enrols: { must: "be true, or left out", fits: (value) => value === true },
  maxBodyBytes: {
    must: "be a whole number, 0 or more",
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  },
  secretFields: {
    must: 'be a list of places, such as [{ in: "query", name: "verify_token" }]',
    fits: (value) => isListOf(value, (one) => isObject(one) && isText((one as { name?: unknown }).name)),
  },
};
const ADDRESSES: OptionRules<PublishedAddresses> = {
  url: { must: "be an absolute https URL", fits: (value) => isText(value) && URL.canParse(value), isRequired: true },
  at: {
    must: 'be the path of the array in the JSON document, "" where the document is the array',
    fits: ANY_TEXT.fits,
  },
};

/** @throws {TypeError} The message names the property, what it must be and what was given. */
export function checkDefinition(definition: SenderDefinition): void {
  const where = NAME_RULE.fits(definition?.name) ? `defineSender: ${definition.name}` : "defineSender";
  checkOptions(where, definition, DEFINITION, DEFINITION_NAMES);
  const { event, reply, handshakes = [], addresses } = definition;
  if (typeof event !== "function") checkRow(`${where}: event`, event);
  if (reply !== undefined) checkOptions(`${where}: reply`, reply as ReplyProfile, REPLY, REPLY_NAMES);
  for (const [at, handshake] of handshakes.entries()) checkOptions(`${where}: handshakes[${at}]`, handshake, HANDSHAKE);
  if (addresses !== undefined) checkOptions(`${where}: addresses`, addresses, ADDRESSES);
}

function isStatus(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599;
}

function isSuccess(value: unknown): boolean {
  return isStatus(value) && (value as number) < 300;
}
