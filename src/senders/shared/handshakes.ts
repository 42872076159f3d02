// Handshakes that several senders share.
import { queryParameter } from "../../core/delivery.js";
import type { Rejection } from "../../core/outcome.js";
import type { Reply } from "../../core/reply.js";
import { indexOfDigest, sha256 } from "../../lib/constant-time.js";
import type { Handshake } from "../../sender/sender.js";

/** The longest challenge we repeat; senders' have under 100 characters, Microsoft Graph's under 300. */
const MAX_CHALLENGE_LENGTH = 512;
const PRINTABLE = /^[\u0020-\u007e]+$/;

/** Intercom, Trello and Mandrill look with a HEAD whether the URL answers, when it is registered. */
export const HEAD_PROBE: Handshake = {
  name: "head",
  methods: ["HEAD"],
  isUnsigned: true,
  answer: () => okText(""),
};

/** A 200 with a text. What stands around it (`nosniff`, `text/plain`) is the receiver's. */
export function okText(body: string): Reply {
  return { status: 200, headers: {}, body };
}

/** A 200 with JSON. */
export function okJson(value: Readonly<Record<string, unknown>>): Reply {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** A challenge that may be repeated, or why it may not. */
export function checkChallenge(challenge: unknown): string | Rejection {
  if (typeof challenge === "string" && challenge.length <= MAX_CHALLENGE_LENGTH && PRINTABLE.test(challenge)) {
    return challenge;
  }
  return {
    name: "bad_credentials",
    hint: `the challenge is no text of 1 to ${MAX_CHALLENGE_LENGTH} printable characters`,
  };
}

/** A GET with a challenge in its query, which is repeated as `reply` writes it. */
export function echoQuery(parameter: string, reply: (challenge: string) => Reply = okText): Handshake {
  return {
    name: "challenge",
    methods: ["GET"],
    isUnsigned: true,
    answer({ url }) {
      const value = onlyParameter(url, parameter);
      if (value === undefined) return undefined;
      const challenge = checkChallenge(value);
      return typeof challenge === "string" ? reply(challenge) : challenge;
    },
  };
}

/**
 * As `echoQuery`, for senders that also send a text that only they were given: without it nothing is echoed.
 *
 * @param token - Where the text is, and what it must be.
 */
export function echoQueryTo(
  token: { readonly parameter: string; readonly value: string },
  parameter: string,
  reply: (challenge: string) => Reply,
): Handshake {
  const expected = [sha256(token.value)];
  const plain = echoQuery(parameter, reply);
  return {
    ...plain,
    secretFields: [{ in: "query", name: token.parameter }],
    answer(delivery) {
      const answered = plain.answer(delivery);
      if (answered === undefined) return undefined;
      const given = onlyParameter(delivery.url, token.parameter);
      if (indexOfDigest(expected, sha256(given ?? "")) === 0) return answered;
      return { name: "forbidden", hint: `${token.parameter} is not the text that was given to the sender` };
    },
  };
}

/** `undefined` where it is not there once. */
function onlyParameter(url: string, name: string): string | undefined {
  const value = queryParameter(url, name);
  return typeof value === "string" ? value : undefined;
}

/** @throws {TypeError} Where an option that must be a text is none. */
export function requireText(factory: string, option: string, value: unknown): string {
  if (typeof value === "string" && value.trim() === value && value !== "") return value;
  throw new TypeError(
    `${factory}: ${option} must be a non-empty text without white space around it; is its environment variable set?`,
  );
}
