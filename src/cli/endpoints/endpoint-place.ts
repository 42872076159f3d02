// Reads the sender's API, the account or repository, and the token of an endpoints command.

import type { AdapterRow, EndpointApi, ManualEndpoint } from "../../endpoints/index.js";
import { nearest } from "../../lib/nearest.js";
import type { Context, Given, OptionSpecs } from "../lib/command.js";
import type { Io } from "../lib/io.js";
import { plain } from "../lib/io.js";
import { asMisuse, UsageError } from "../lib/usage-error.js";
import { findSender } from "../senders/find-sender.js";
import { jsonOrText, readText, readVariable } from "../senders/secrets.js";

export const PLACE_OPTIONS: OptionSpecs = {
  sender: {
    type: "string",
    value: "NAME",
    completes: "sender",
    help: "Whose API: github, stripe, gitlab, shopify, twilio, sendgrid, telegram, discord, linear, cloud-events; for toss-payments, portone and kakao the manual steps are printed.",
  },
  option: {
    type: "string",
    isList: true,
    value: "OPTION=VALUE",
    help: "The place at the sender: owner=acme and repo=shop, org=acme, project=42, shop=example.myshopify.com, …; also baseUrl, timeoutSeconds, tries.",
  },
  "token-env": { type: "string", value: "NAME", help: "The environment variable with the token of the sender's API." },
  "token-file": { type: "string", value: "PATH", help: "A file with the token. One line break at the end is ignored." },
  "env-file": {
    type: "string",
    isList: true,
    value: "PATH",
    help: "A .env file. Its variables take precedence over the environment.",
  },
};

export interface Place {
  readonly row: AdapterRow;
  readonly api: EndpointApi | ManualEndpoint;
  /** The variable or file of the token. `undefined` for a sender that is configured by hand. */
  readonly tokenFrom: string | undefined;
  /** Whether that text is the token. The token must not be the secret of the deliveries, too. */
  isToken(text: string): boolean;
}

/** @throws {UsageError} When something is missing. The message says how to give it. */
export async function choosePlace(given: Given, context: Context): Promise<Place> {
  const row = await rowOf(given.required("sender"));
  const token = readToken(row, given, context.io);
  const options: Record<string, unknown> = { ...placeOf(row, given) };
  if (token !== undefined && row.token !== undefined) {
    options[row.token] = token.text;
    options.fetch = reportingFetch(row.sender, context);
  }
  try {
    return { row, api: row.open(options), tokenFrom: token?.from, isToken: (text) => text === token?.text };
  } catch (error) {
    throw asMisuse(error);
  }
}

async function rowOf(name: string): Promise<AdapterRow> {
  const { ENDPOINT_ADAPTERS } = await import("../../endpoints/index.js");
  const names = ENDPOINT_ADAPTERS.map(({ sender }) => sender);
  const known = ENDPOINT_ADAPTERS.find(({ sender }) => sender === name);
  if (known !== undefined) return known;
  const near = nearest(name, names);
  // A title such as `GitHub` is accepted, and a known sender may have no API for this.
  const found =
    near === undefined || !name.startsWith(near) ? await findSender(name).catch(() => undefined) : undefined;
  const row = ENDPOINT_ADAPTERS.find(({ sender }) => sender === found?.name);
  if (row !== undefined) return row;
  if (found !== undefined) {
    throw new UsageError(
      `hookgate has no adapter for an API of ${found.name}: register the webhook on its own pages (hookgate senders ${found.name}). Adapters exist for ${names.join(", ")}`,
    );
  }
  throw new UsageError(
    `hookgate has no adapter for ${JSON.stringify(name)}; ${near === undefined ? `adapters exist for ${names.join(", ")}` : `did you mean ${near}?`}`,
  );
}

function readToken(row: AdapterRow, given: Given, io: Io): { text: string; from: string } | undefined {
  const [name, path] = [given.text("token-env"), given.text("token-file")];
  if (row.token === undefined) {
    if (name === undefined && path === undefined) return undefined;
    throw new UsageError(`${row.sender} is configured by hand and needs no token`);
  }
  if (name !== undefined && path !== undefined)
    throw new UsageError("give the token once: --token-env or --token-file");
  if (name !== undefined) return readVariable("--token-env", name, given, io);
  if (path !== undefined) {
    const text = readText("--token-file", path).replace(/\r?\n$/, "");
    if (text.trim() === "") throw new UsageError(`--token-file: ${path} is empty`);
    return { text, from: `the file ${path}` };
  }
  throw new UsageError(
    `the token of ${row.sender}'s API is missing: --token-env NAME or --token-file PATH. It is not the webhook's secret`,
  );
}

const API_NUMBERS = ["timeoutSeconds", "tries", "maxWaitSeconds"];

/** @throws {UsageError} When the place is missing, incomplete or ambiguous. */
function placeOf(row: AdapterRow, given: Given): Record<string, unknown> {
  const names = new Set(row.places.flat());
  const options: Record<string, unknown> = {};
  for (const pair of given.list("option")) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError("--option must be OPTION=VALUE");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (name === row.token || /token|secret|password|apikey/i.test(name)) {
      throw new UsageError(
        `--option ${name}=… would expose it in the process list and in the shell history. Use --token-env NAME or --token-file PATH`,
      );
    }
    if (name === "fetch") throw new UsageError("--option fetch cannot be given on the command line");
    if (Object.hasOwn(options, name)) throw new UsageError(`--option ${name} is given twice`);
    if (value === "") throw new UsageError(`--option ${name} is empty`);
    options[name] = names.has(name) ? value : jsonOrText(value);
    if (API_NUMBERS.includes(name) && !(typeof options[name] === "number" && options[name] > 0))
      throw new UsageError(`--option ${name} must be a number above 0; got ${JSON.stringify(value)}`);
  }
  // GitHub writes `acme/shop`.
  const [, owner, repo] = row.sender === "github" ? (/^([^/]+)\/([^/]+)$/.exec(String(options.repo)) ?? []) : [];
  if (owner !== undefined && options.owner === undefined) Object.assign(options, { owner, repo });
  const named = [...names].filter((name) => Object.hasOwn(options, name)).sort();
  const isWhole = row.places.some((place) => [...place].sort().join() === named.join());
  if (isWhole) return options;
  const ways = row.places.map((place) =>
    place.map((name) => `--option ${name}=${name === "app" ? "true" : "…"}`).join(" "),
  );
  throw new UsageError(
    `the place at ${row.sender} is missing: give ${ways.filter((way) => way !== "").join(", or ")}${named.length === 0 ? "" : `; got ${named.join(" and ")}`}`,
  );
}

/** Reports failed calls on a terminal, so that a wait before a retry is visible. */
function reportingFetch(sender: string, { io, isJson }: Context): typeof fetch {
  const note = (text: string): void => {
    if (io.isErrTerminal && !isJson) io.err(`${sender}: ${plain(text)}\n`);
  };
  return async (input, init) => {
    try {
      const answer = await fetch(input, init);
      if (answer.status === 429 || answer.status >= 500)
        note(`answered ${answer.status}; retrying if the call allows it`);
      return answer;
    } catch (error) {
      note("no answer; retrying if the call allows it");
      throw error;
    }
  };
}
