// `hookgate endpoints`: the URL, the events and the secret at the sender's own API: registered, listed, changed, removed.
import type { RegisteredEndpoint } from "../../endpoints/index.js";
import { nearest } from "../../lib/nearest.js";
import { type EndpointCall, endpointJson, line, shownUrl, tellFailure, urlOf } from "../endpoints/endpoint-call.js";
import { apiOf, remove, rotate } from "../endpoints/endpoint-changes.js";
import { ensure } from "../endpoints/endpoint-ensure.js";
import { choosePlace, PLACE_OPTIONS } from "../endpoints/endpoint-place.js";
import { KEEP_OPTIONS } from "../endpoints/keep-secret.js";
import type { Command, ExitCode } from "../lib/command.js";
import { YES_OPTION } from "../lib/confirm.js";
import { type Cell, table } from "../lib/paint.js";
import { UsageError } from "../lib/usage-error.js";
import { SECRET_OPTIONS } from "../senders/secrets.js";

const { "secret-env": SECRET_ENV, "secret-file": SECRET_FILE } = SECRET_OPTIONS;

export const endpoints: Command = {
  name: "endpoints",
  summary: "Registers webhooks at the sender's API, lists and removes them, and changes their secrets.",
  usage: "ensure|list|rotate|remove [<url>] --sender NAME --token-env NAME [--option OPTION=VALUE …]",
  details: [
    "ensure compares what is declared (<url>, --events, the secret) with what the sender has, and creates, updates or leaves alone: a second time changes nothing. With --replaces an old URL goes once the new one is proven. Of a sender without an API it tells the steps, and with the secret verifies them.",
    "list shows what is registered, of all URLs or of one. rotate changes the secret: the receiver must take both by then, which a signed delivery proves before anything is changed. remove takes away every endpoint of the URL. Both show the plan, and ask.",
    "Two secrets are at work: the token is for the sender's API, and the secret is what deliveries are signed with.",
    "Exit code 1: the API failed, the endpoint is not proven, --dry-run found something to do, or list found none of the URL that is switched on.",
  ],
  options: {
    ...PLACE_OPTIONS,
    events: { type: "string", isList: true, value: "NAME[,NAME]", help: "ensure: in the sender's own words." },
    ...(SECRET_ENV === undefined ? {} : { "secret-env": SECRET_ENV }),
    ...(SECRET_FILE === undefined ? {} : { "secret-file": SECRET_FILE }),
    "previous-env": {
      type: "string",
      value: "NAME",
      help: "rotate: the variable with the old secret, which goes back to the sender where its own ping then fails.",
    },
    "previous-file": { type: "string", value: "PATH", help: "The same from a file." },
    ...KEEP_OPTIONS,
    replaces: { type: "string", isList: true, value: "URL", help: "ensure: an old URL that this one takes over from." },
    prove: {
      type: "boolean",
      help: "ensure: also by a signed delivery, and an unsigned one that must be refused. rotate does it by itself.",
    },
    "no-prove": { type: "boolean", help: "Nothing proves it, not even the sender's own ping." },
    wait: { type: "string", value: "SPAN", help: "How long a signed delivery may be refused until it is taken: 5m." },
    "dry-run": { type: "boolean", help: "Only the plan. Exit code 1 where something is to be done." },
    yes: YES_OPTION,
  },
  examples: [
    "hookgate endpoints ensure https://example.com/webhooks/github --sender github --option repo=acme/shop --events issues,push --token-env GITHUB_TOKEN --secret-env GITHUB_WEBHOOK_SECRET --dry-run",
    "hookgate endpoints ensure https://example.com/webhooks/stripe --sender stripe --events invoice.paid --token-env STRIPE_API_KEY --secret-out stripe.secret",
    "hookgate endpoints list --sender github --option org=acme --token-env GITHUB_TOKEN",
    "hookgate endpoints rotate https://example.com/webhooks/github --sender github --option repo=acme/shop --token-env GITHUB_TOKEN --secret-env NEXT_SECRET --previous-env GITHUB_WEBHOOK_SECRET",
    "hookgate endpoints remove https://old.example.com/webhooks/stripe --sender stripe --token-env STRIPE_API_KEY --yes",
  ],
  async run(given, context) {
    const [name, url, ...others] = given.positionals;
    const act = actionOf(name);
    if (others.length > 0) throw new UsageError(`endpoints ${name} takes one URL; got ${others.length + 1}`);
    const own = OWN[name as keyof typeof OWN];
    for (const option of given.names) {
      const users = Object.entries(OWN).filter(([, options]) => options.includes(option));
      if (users.length > 0 && !own.includes(option)) {
        throw new UsageError(
          `--${option} is of endpoints ${users.map(([user]) => user).join(" and ")}, not of ${name}`,
        );
      }
    }
    const call: EndpointCall = { given, context, url, ...(await choosePlace(given, context)) };
    try {
      return await act(call);
    } catch (error) {
      return tellFailure(error, call);
    }
  },
};

const ACTIONS = { ensure, list, rotate, remove };

/** Options of some actions only: given to another one they were meant for something that it does not do. */
const OWN: Readonly<Record<keyof typeof ACTIONS, readonly string[]>> = {
  ensure: [
    "events",
    "secret-env",
    "secret-file",
    "secret-out",
    "secret-to",
    "replaces",
    "prove",
    "no-prove",
    "wait",
    "dry-run",
  ],
  list: [],
  rotate: [
    "secret-env",
    "secret-file",
    "previous-env",
    "previous-file",
    "secret-out",
    "secret-to",
    "prove",
    "no-prove",
    "wait",
    "dry-run",
    "yes",
  ],
  remove: ["dry-run", "yes"],
};

/** @throws {UsageError} With the near miss. */
function actionOf(name: string | undefined): (call: EndpointCall) => Promise<ExitCode> {
  if (name !== undefined && Object.hasOwn(ACTIONS, name)) return ACTIONS[name as keyof typeof ACTIONS];
  const names = Object.keys(ACTIONS);
  const near = name === undefined ? undefined : nearest(name, names);
  throw new UsageError(
    near === undefined ? `endpoints takes ${names.join(", ")}` : `endpoints ${name}: did you mean ${near}?`,
  );
}

async function list(call: EndpointCall): Promise<ExitCode> {
  const { sameUrl } = await import("../../endpoints/options.js");
  const { io, paint, isJson } = call.context;
  const api = apiOf(call);
  const url = call.url === undefined ? undefined : urlOf(call);
  const found = (await api.list()).filter((one) => url === undefined || sameUrl(one.url, url));
  const isFine = url === undefined || found.some(({ isEnabled }) => isEnabled);
  if (isJson) {
    const told = { ok: isFine, title: api.title, endpoints: found.map(endpointJson) };
    io.out(`${shownUrl(JSON.stringify(told, null, 2))}\n`);
    return isFine ? 0 : 1;
  }
  if (found.length === 0) {
    io.out(`${line(`${api.title}: nothing is registered${url === undefined ? "" : ` with the URL ${url}`}`)}\n`);
    return isFine ? 0 : 1;
  }
  io.out(table([["ID", "STATE", "URL", "EVENTS"], ...found.map(rowOf)], paint));
  return isFine ? 0 : 1;
}

function rowOf({ id, url, events, isEnabled, health, wrong = [] }: RegisteredEndpoint): readonly (Cell | string)[] {
  const said = [isEnabled ? "on" : "off", health, ...wrong].filter((text) => text !== undefined).join("; ");
  const colour = isEnabled ? (health === undefined && wrong.length === 0 ? "green" : "yellow") : "red";
  return [line(id), { text: line(said), colour }, line(url), line(events.join(", "))];
}
