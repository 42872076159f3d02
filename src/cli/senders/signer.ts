// Builds the test sender and the target of a command.
import type { TestSenderOptions } from "../../test-sender/test-sender.js";
import type { Given } from "../lib/command.js";
import type { Io } from "../lib/io.js";
import { UsageError } from "../lib/usage-error.js";
import { type Chosen, chooseSender } from "./chosen-sender.js";
import { readText, readVariables } from "./secrets.js";

export interface Signer extends Chosen {
  readonly url: string;
  readonly signing: TestSenderOptions;
}

/** @throws {UsageError} Where the URL is none, or nothing can be signed with what was given. */
export async function chooseSigner(given: Given, io: Io, url: string): Promise<Signer> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") {
    throw new UsageError(
      `the URL must be absolute, such as http://localhost:3000/webhooks/stripe; got ${JSON.stringify(url)}`,
    );
  }
  const chosen = await chooseSender(given, io);
  const key = signingKey(given, io);
  const registered = given.text("registered-url");
  if (chosen.sender.definition.auth.sign === undefined) {
    throw new UsageError(`${chosen.known.name} signs in a way that cannot be done here: use its own tools to send`);
  }
  return {
    ...chosen,
    url,
    signing: { url: registered ?? url, ...(key === undefined ? {} : { key }) },
  };
}

function signingKey(given: Given, io: Io): string | undefined {
  const path = given.text("signing-key-file");
  if (path !== undefined) return readText("--signing-key-file", path);
  const name = given.text("signing-key-env");
  if (name === undefined) return undefined;
  const text = readVariables(given, io).find((variable) => variable.name === name)?.text;
  if (text === undefined || text === "") throw new UsageError("--signing-key-env: that variable is not set");
  return text;
}

/** Asks a URL of the user's own how many events have been handled. */
export function countFrom(url: string): () => Promise<number> {
  return async () => {
    const response = await fetch(url);
    const count = Number((await response.text()).trim());
    if (response.ok && Number.isFinite(count)) return count;
    throw new UsageError(`--effects: ${url} must answer a number: how many events have been handled`);
  };
}
