// Builds the sender of a command line from its secrets.
import type { Sender } from "../../sender/sender.js";
import type { Given, OptionSpecs } from "../lib/command.js";
import type { Io } from "../lib/io.js";
import { UsageError } from "../lib/usage-error.js";
import { findSender, type KnownSender } from "./find-sender.js";
import { type GivenSecret, readSecrets, SECRET_OPTIONS, senderOptions, withoutFinalBreak } from "./secrets.js";

export const SENDER_OPTIONS: OptionSpecs = {
  sender: {
    type: "string",
    value: "NAME",
    completes: "sender",
    help: "A name from hookgate senders, or the file of your own sender: ./erp.js",
  },
  ...SECRET_OPTIONS,
};

/** Further options of commands that sign. */
export const SIGNING_OPTIONS: OptionSpecs = {
  "signing-key-env": {
    type: "string",
    value: "NAME",
    help: "The variable with the private key, for senders that sign with one.",
  },
  "signing-key-file": { type: "string", value: "PATH", help: "A PEM file with the private key." },
  "registered-url": {
    type: "string",
    value: "URL",
    help: "The URL as registered with the sender, if it is signed and differs from <url>.",
  },
};

export interface Chosen {
  readonly known: KnownSender;
  readonly sender: Sender<never>;
  readonly secrets: readonly GivenSecret[];
}

/** @throws {UsageError} With the message of the sender's factory and how to give secrets. */
export async function chooseSender(given: Given, io: Io): Promise<Chosen> {
  const known = await findSender(given.required("sender"));
  const secrets = readSecrets(given, io, known).map(withoutFinalBreak);
  return { known, secrets, sender: build(known, secrets, given.list("option")) };
}

/** @throws {UsageError} With the message of the sender's factory. */
export function build(known: KnownSender, secrets: readonly GivenSecret[], more: readonly string[]): Sender<never> {
  try {
    return known.build(senderOptions(secrets, more));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const advice =
      secrets.length === 0
        ? `. Give its secret with --secret-env NAME or --secret-file PATH (its options are ${known.options.join(", ")})`
        : "";
    throw new UsageError(`${error.message}${advice}`);
  }
}
