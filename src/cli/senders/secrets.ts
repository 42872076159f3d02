// Reads secrets from environment variables and files, never from arguments.
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Given, OptionSpecs } from "../lib/command.js";
import type { Io } from "../lib/io.js";
import { UsageError } from "../lib/usage-error.js";
import type { KnownSender } from "./find-sender.js";

/** A secret, and the name to print for it. */
export interface GivenSecret {
  /** The factory's option: `secret`, `token`, … */
  readonly option: string;
  readonly text: string;
  /** `STRIPE_WEBHOOK_SECRET` or `the file secret.txt`: printed in place of the secret. */
  readonly from: string;
}

export const SECRET_OPTIONS: OptionSpecs = {
  "secret-env": {
    type: "string",
    isList: true,
    value: "[OPTION=]NAME",
    help: "The environment variable with the secret; several during a rotation. OPTION selects another option of the sender: token=GITLAB_TOKEN.",
  },
  "secret-file": {
    type: "string",
    isList: true,
    value: "[OPTION=]PATH",
    help: "A file with the secret. One line break at the end is ignored.",
  },
  "env-file": {
    type: "string",
    isList: true,
    value: "PATH",
    help: "A .env file. Its variables take precedence over the environment.",
  },
  option: {
    type: "string",
    isList: true,
    value: "OPTION=VALUE",
    help: "An option of the sender other than a secret, as JSON or text.",
  },
};

/** The option that holds the secret, for senders with several options. */
const USUAL_OPTIONS = ["secret", "token", "publicKey", "verifyToken", "password"] as const;

/** A variable, and where it is set. */
export interface Variable {
  readonly name: string;
  readonly text: string;
  readonly from: string;
}

/** The variables of the files in their order, then those of the environment. */
export function readVariables(given: Given, io: Io): readonly Variable[] {
  const files = given.list("env-file").flatMap((path) => {
    const parsed = parseEnv(readText("--env-file", path));
    return Object.entries(parsed).map(([name, text]) => ({ name, text: text ?? "", from: `${name} of ${path}` }));
  });
  const own = Object.entries(io.env).map(([name, text]) => ({ name, text: text ?? "", from: name }));
  return [...files, ...own];
}

/** Reads secrets with their white space. @throws {UsageError} When a variable is not set or a file cannot be read. */
export function readSecrets(given: Given, io: Io, sender: KnownSender): readonly GivenSecret[] {
  const fromVariables = given.list("secret-env").map((value) => {
    const [option, name] = withOption(value, sender);
    const { text, from } = readVariable("--secret-env", name, given, io);
    return { option, text, from };
  });
  const fromFiles = given.list("secret-file").map((value) => {
    const [option, path] = withOption(value, sender);
    return { option, text: readText("--secret-file", path), from: `the file ${path}` };
  });
  return [...fromVariables, ...fromFiles];
}

/** @throws {UsageError} When it is not set, or empty. */
export function readVariable(option: string, name: string, given: Given, io: Io): Variable {
  const found = readVariables(given, io).find((variable) => variable.name === name);
  if (found !== undefined && found.text !== "") return found;
  throw new UsageError(
    `${option}: ${shownName(name)} is ${found === undefined ? "not set" : "empty"} in the environment${given.list("env-file").length === 0 ? "" : " and in the files given"}`,
  );
}

const VARIABLE = /^(?:[A-Z_][A-Z0-9_]{0,63}|[A-Za-z_]{1,32})$/;
const SECRET = /^(whsec|sk|rk|pk|shpss|shpat|gh[a-z]|github_pat|xox[a-z]|lin_api)_/i;

/** Hides the name if it may be a secret that was typed in place of the name. */
function shownName(name: string): string {
  return VARIABLE.test(name) && !SECRET.test(name)
    ? name
    : "the given value (which does not look like a variable name)";
}

function withOption(value: string, sender: KnownSender): readonly [string, string] {
  const at = value.indexOf("=");
  const name = value.slice(0, Math.max(0, at));
  if (sender.options.includes(name)) return [name, value.slice(at + 1)];
  return [usualOption(sender), value];
}

/** The option that a secret belongs to when none is named. */
export function usualOption(sender: KnownSender): string {
  const usual = USUAL_OPTIONS.find((option) => sender.options.includes(option));
  return usual ?? sender.options.find((option) => option !== "confirm") ?? "secret";
}

/** Removes the one line break that editors write at the end of a file. */
export function withoutFinalBreak({ text, option, from }: GivenSecret): GivenSecret {
  return {
    option,
    from,
    text: from.startsWith("the file ") && !text.startsWith("-----BEGIN") ? text.replace(/\r?\n$/, "") : text,
  };
}

/** Options that are functions, made from a text. */
const FUNCTIONS: Readonly<Record<string, (text: string) => unknown>> = {
  depositSecret: (text) => () => text,
};

/** The options for the sender's factory. */
export function senderOptions(secrets: readonly GivenSecret[], more: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const { option, text } of secrets) {
    const earlier = options[option];
    if (FUNCTIONS[option] !== undefined) options[option] = FUNCTIONS[option](text);
    else options[option] = earlier === undefined ? text : [earlier, text].flat();
  }
  for (const pair of more) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError("--option must be OPTION=VALUE");
    options[pair.slice(0, at)] = jsonOrText(pair.slice(at + 1));
  }
  return options;
}

export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** @throws {UsageError} When the file cannot be read. */
export function readBytes(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option}: ${path} cannot be read (${code ?? "error"})`);
  }
}

export function readText(option: string, path: string): string {
  return readBytes(option, path).toString("utf8");
}
