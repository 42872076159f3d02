// Builds the test sender of a command and checks its target URL.
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

/** @throws {UsageError} When the URL is not absolute, or the sender cannot be signed for. */
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
    throw new UsageError(`hookgate cannot sign as ${chosen.known.name} does: send with the sender's own tools`);
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

/** Asks a URL of the user for the number of handled events. */
export function countFrom(url: string): () => Promise<number> {
  return async () => {
    const response = await fetch(url);
    const count = Number((await response.text()).trim());
    if (response.ok && Number.isFinite(count)) return count;
    throw new UsageError(`--effects: ${url} must return a number: the count of handled events`);
  };
}
