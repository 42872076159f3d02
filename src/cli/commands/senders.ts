// `hookgate senders`: lists the senders, or shows the facts about one.
import type { SenderDescription } from "../../senders/facts/index.js";
import { oracleText } from "../../senders/facts/sender-facts.js";
import type { Command, Context } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { type Line, paragraphs, table } from "../lib/paint.js";
import { UsageError } from "../lib/usage-error.js";
import { findSender, type KnownSender, knownSenders } from "../senders/find-sender.js";
import { sampleSender } from "../senders/sample-sender.js";
import { type Facts, factsOf, type Place } from "../senders/sender-facts.js";

export const senders: Command = {
  name: "senders",
  summary: "Lists the senders, or shows the facts about one: what is signed, ids, retries, replies, addresses.",
  usage: "[name]",
  options: {},
  examples: ["hookgate senders", "hookgate senders stripe", "hookgate senders github --json"],
  async run({ positionals }, context) {
    const [name, ...others] = positionals;
    if (others.length > 0) throw new UsageError("senders takes one name");
    if (name === undefined) await list(context);
    else show(await findSender(name), context);
    return 0;
  },
};

async function list({ io, paint, isJson }: Context): Promise<void> {
  const known = await knownSenders();
  if (isJson) {
    io.out(`${JSON.stringify(known.map(allFacts), null, 2)}\n`);
    return;
  }
  const rows = known.map((one) => {
    const facts = factsIn(one);
    const timeLimit = facts === undefined ? "" : `${facts.timeLimitSeconds} s`;
    return [
      one.name,
      one.about.title,
      facts === undefined ? "" : signedParts(facts).join(", ") || "nothing",
      timeLimit,
      facts?.retriesText ?? "",
      one.about.oracle.kind,
    ];
  });
  io.out(table([["NAME", "SENDER", "SIGNED", "TIME LIMIT", "RETRIES FOR", "CHECKED AGAINST"], ...rows], paint));
}

/** The description and the facts. Both have `retries`: the text of the description is `retriesAre`. */
function allFacts(known: KnownSender): object {
  const { retries: retriesAre, ...about } = known.about ?? {};
  return { ...about, ...(retriesAre === undefined ? {} : { retriesAre }), ...factsIn(known) };
}

function factsIn(known: KnownSender): Facts | undefined {
  const sender = sampleSender(known);
  return sender === undefined ? undefined : factsOf(sender);
}

function show(known: KnownSender, { io, paint, isJson }: Context): void {
  const facts = factsIn(known);
  const { about } = known;
  if (isJson) {
    io.out(`${JSON.stringify(allFacts(known), null, 2)}\n`);
    return;
  }
  io.out(`${paint("bold", about?.title ?? known.name)}${callOf(about)}\n\n`);
  const lines: Line[] = [
    ["Secret", about?.credential],
    ["Authentication", about?.proof],
    ...(facts === undefined ? [] : factLines(facts, about)),
    ["Example", about?.exampleType],
    ["Checked against", about === undefined ? undefined : oracleText(about.oracle)],
    ["Notes", about?.notes],
    ["Unconfirmed", about?.unconfirmed],
    ["Sources", about?.sources],
  ];
  io.out(paragraphs(lines.map(plainLine), paint));
}

/** A sender of the user may contain any text. */
function plainLine([name, text]: Line): Line {
  return [name, typeof text === "string" ? plain(text) : text?.map(plain)];
}

function factLines(facts: Facts, about: SenderDescription | undefined): readonly Line[] {
  const { toleranceSeconds } = facts;
  const retries = about?.retries ?? (facts.retries ? "After a failure." : "None automatically.");
  const honours = facts.honoursRetryAfter ? " Retry-After is respected." : "";
  return [
    ["Signed", signedText(facts)],
    [
      "Freshness",
      toleranceSeconds === undefined
        ? "no signed time is checked"
        : `rejected beyond ${toleranceSeconds} s, in both directions`,
    ],
    ["Events", about?.events],
    ["Id", placeText(facts.id)],
    ["Type", placeText(facts.type)],
    ["Handshakes", facts.handshakes.join("; ")],
    ["Replies", replyText(facts)],
    ["Retries", `${retries} Ids are kept for at least ${facts.retriesText}.${honours}`],
    ["Addresses", facts.addresses ?? "no published list that can be loaded"],
  ];
}

function callOf(about: SenderDescription | undefined): string {
  return about === undefined ? "" : `  ${about.factory}({ ${about.options.join(", ")} })`;
}

function signedText(facts: Facts): string {
  const { headers, fields } = facts.signs;
  const names = [...headers.map((name) => `header ${name}`), ...fields.map((name) => `field ${name}`)];
  const parts = signedParts(facts).filter((part) => part !== "headers" && part !== "fields");
  return [...parts, ...names].join(", ") || "nothing";
}

/** Short names for the table. */
function signedParts({ signs }: Facts): readonly string[] {
  const { body, url, time, headers, fields } = signs;
  const parts = { body, url, time, headers: headers.length > 0, fields: fields.length > 0 };
  return Object.entries(parts).flatMap(([name, isSigned]) => (isSigned ? [name] : []));
}

function placeText(place: Place | undefined): string | undefined {
  return place === undefined ? undefined : `${place.at}${place.isSigned ? "" : " (not signed)"}`;
}

function replyText(facts: Facts): string {
  const stop = facts.stopStatus === undefined ? "" : `; ${facts.stopStatus} stops the retries of an event`;
  const end = facts.unsubscribes.length === 0 ? "" : `; ${facts.unsubscribes.join(", ")} ends the subscription`;
  const most = `${facts.maxBodyBytes / 2 ** 20} MiB`;
  return `success is ${facts.successStatuses.join(", ")}, within ${facts.timeLimitSeconds} s; by ${facts.methods.join(", ")}; up to ${most}${stop}${end}`;
}
