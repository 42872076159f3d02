// Writes a page for each sender, and their index, from definitions and facts: `tsx scripts/sender-pages.ts`.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import type { Covers } from "../src/core/auth.js";
import type { Field } from "../src/core/field.js";
import { isCovered } from "../src/core/read-field.js";
import type { EventRow, Sender } from "../src/sender/sender.js";
import { describeSender, type SenderDescription } from "../src/senders/facts/index.js";
import { oracleText } from "../src/senders/facts/sender-facts.js";
import * as senders from "../src/senders/index.js";
import { isSenderFactory } from "../src/senders/shared/factory.js";
import { sampleOptions } from "./sender-samples.js";

const FOLDER = new URL("../docs/senders/", import.meta.url);

export interface DescribedSender {
  readonly about: SenderDescription;
  readonly sender: Sender<never>;
}

/** Every factory of `hookgate/senders`, built, in the order of their titles. */
export function describedSenders(): readonly DescribedSender[] {
  const factories = Object.values(senders as Readonly<Record<string, unknown>>).filter(isSenderFactory);
  return factories
    .map((factory) => ({
      about: describeSender(factory.about),
      sender: factory(sampleOptions(describeSender(factory.about))) as unknown as Sender<never>,
    }))
    .sort((a, b) => a.about.title.localeCompare(b.about.title, "en"));
}

/** File name to text: everything that belongs into docs/senders. */
export function senderPages(): ReadonlyMap<string, string> {
  const described = describedSenders();
  const pages = new Map(described.map((one) => [`${one.sender.name}.md`, pageOf(one)]));
  return pages.set("README.md", indexOf(described));
}

function pageOf({ about, sender }: DescribedSender): string {
  const { profile, definition } = sender;
  const rows: [string, string][] = [
    ["Secret", about.credential],
    ["Proof", about.proof],
    ["Bound by it", boundBy(sender)],
    ["Freshness", freshnessOf(sender)],
    ["Events", about.events ?? eventsOf(sender)],
    ["Handshakes", (definition.handshakes ?? []).map(handshakeText).join(" ")],
    ["Answers", answersOf(sender)],
    ["Retries", retriesOf(about, sender)],
    ["Addresses", addressesOf(sender)],
    ["Checked against", oracleText(about.oracle)],
  ];
  return [
    `# ${about.title}`,
    "",
    "<!-- Written by scripts/sender-pages.ts from the sender's definition and facts. -->",
    "",
    "```ts",
    'import { createReceiver } from "hookgate";',
    ...(about.options.includes("xml") ? ['import { xml } from "hookgate/formats/xml";'] : []),
    `import { ${about.factory} } from "hookgate/senders";`,
    "",
    ...receiverLines(about, sender),
    `receiver.on(${JSON.stringify(about.exampleType)}, (event) => console.log(event.payload));`,
    "```",
    "",
    ...rows.filter(([, text]) => text !== "").flatMap(([name, text]) => [`**${name}.** ${asSentence(text)}`, ""]),
    ...listOf("Mind", about.notes),
    ...listOf("Unconfirmed", about.unconfirmed),
    ...listOf("Sources", about.sources),
    `Longest body: ${profile.maxBodyBytes / 2 ** 20} MiB.`,
    "",
  ].join("\n");
}

function listOf(title: string, lines: readonly string[] | undefined): string[] {
  if (lines === undefined || lines.length === 0) return [];
  return [`**${title}.**`, "", ...lines.map((line) => `- ${line}`), ""];
}

const LINE_LENGTH = 100;

function receiverLines(about: SenderDescription, sender: Sender<never>): string[] {
  const samples = Object.entries(sampleOptions(about) as object);
  const options = samples.map(([name, sample]) => `${name}: ${sampleText(about, name, sample)}`);
  const more = sender.definition.auth.needsPublicUrl
    ? `, { publicUrl: "https://example.com/webhooks/${sender.name}" }`
    : "";
  const line = `const receiver = createReceiver(${about.factory}({ ${options.join(", ")} })${more});`;
  if (line.length <= LINE_LENGTH) return [line];
  const open = `const receiver = createReceiver(${about.factory}({`;
  return [open, ...options.map((option) => `  ${option},`), `})${more});`];
}

function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Functions that an option may be, as a reader would write them. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  confirm: "async (event) => ({ payload: await fetchPayment(event.payload) })",
  depositSecret: "(orderId) => orders.secretOf(orderId)",
  keys: "(keyId) => fetchKey(keyId)",
  xml: "xml()",
};

/** Texts that are no secrets, and are written where they are used. */
const PLAIN: ReadonlySet<string> = new Set(["bundleId", "environment", "organizationId"]);

function sampleText(about: SenderDescription, option: string, sample: unknown): string {
  if (typeof sample === "string" && !PLAIN.has(option))
    return `process.env.${constantCase(about.factory)}_${constantCase(VARIABLES[option] ?? option)}`;
  return FUNCTIONS[option] ?? JSON.stringify(sample);
}

/** `STRIPE_SECRET` reads as the key of an API, which is another one. */
const VARIABLES: Readonly<Record<string, string>> = { secret: "webhookSecret" };

function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function boundBy(sender: Sender<never>): string {
  const { auth, event } = sender.definition;
  const { covers } = auth;
  const parts = [`body ${yesNo(covers.body)}`, `URL ${yesNo(covers.url)}`, `time ${yesNo(auth.signsTime)}`];
  if (typeof event !== "function") {
    parts.push(`id ${event.id === undefined ? "none" : yesNo(isCovered(event.id, covers))}`);
    parts.push(`type ${yesNo(isCovered(event.type, covers))}`);
  }
  const headers = covers.headers.length === 0 ? "" : ` Headers: ${covers.headers.map(code).join(", ")}.`;
  return `${parts.join(", ")}.${headers}`;
}

function freshnessOf(sender: Sender<never>): string {
  const { auth, toleranceSeconds } = sender.definition;
  if (!auth.signsTime) return "no time is signed, so a copy is known by its id alone.";
  if (toleranceSeconds === null) return "the signed time is that of the event, not of the attempt: it is not judged.";
  return `refused beyond ${toleranceSeconds ?? 300} s, both ways.`;
}

function eventsOf(sender: Sender<never>): string {
  const { event, auth } = sender.definition;
  if (typeof event === "function") return "see below.";
  return describeRow(event, auth.covers);
}

function describeRow(row: EventRow, covers: Covers): string {
  const each =
    row.each === undefined ? "" : `a batch: one for each item of ${row.each === "" ? "the array" : code(row.each)}; `;
  const id =
    row.id === undefined ? "no id that stays the same, so there is no dedupe" : `id ${placeOf(row.id, covers)}`;
  const time = row.timestamp === undefined ? "" : `; time ${placeOf(row.timestamp, covers)}`;
  const attempt = row.attempt === undefined ? "" : `; attempt ${placeOf(row.attempt, covers)}`;
  const none = row.defaultType === undefined ? "" : `, ${code(row.defaultType)} where it has none`;
  return `${each}${id}; type ${placeOf(row.type, covers)}${none}${time}${attempt}.`;
}

function placeOf(field: Field, covers: Covers): string {
  if (field.in === "literal") return `always ${code(field.name)}`;
  const signed = isCovered(field, covers) ? "" : " (not signed)";
  if (field.in === "dotted")
    return `${(field.parts ?? []).map((part) => placeOf(part, covers)).join(" and ")}, joined by a dot`;
  if (field.in === "json") return `${code(field.name)} of the body${signed}`;
  return `${code(field.name)} of the ${field.in === "header" ? "headers" : field.in}${signed}`;
}

function handshakeText({
  name,
  methods,
  isUnsigned,
}: {
  name: string;
  methods: readonly string[];
  isUnsigned: boolean;
}): string {
  return `${code(name)} by ${methods.join(", ")}${isUnsigned ? ", unsigned" : ", after the signature check"}.`;
}

function answersOf({ profile }: Sender<never>): string {
  const stop =
    profile.stopStatus === undefined ? "" : ` ${profile.stopStatus} stops an event for good (sent for \`Discard\`).`;
  const never =
    profile.unsubscribes.length === 0
      ? ""
      : ` ${profile.unsubscribes.join(", ")} would end the subscription and ${profile.unsubscribes.length === 1 ? "is" : "are"} never sent.`;
  const body = profile.successBody === "" ? "" : `, with the body ${code(profile.successBody)}`;
  const finished =
    profile.finish === undefined ? "" : ", which is signed for each delivery where the notes below say so";
  return `success is ${profile.successStatus}${body}${finished}; ${profile.timeLimitSeconds} s to answer.${stop}${never}`;
}

function retriesOf(about: SenderDescription, { profile }: Sender<never>): string {
  const text = about.retries ?? (profile.retries ? "it retries after a failure." : "none automatically.");
  return `${text} Remembered for at least ${durationText(profile.retryHorizonSeconds)}.${profile.honoursRetryAfter ? " `Retry-After` is respected." : ""}`;
}

function addressesOf(sender: Sender<never>): string {
  const { addresses } = sender.definition;
  return addresses === undefined
    ? ""
    : `published at ${addresses.url}: \`allow: [published(${JSON.stringify(sender.name)})]\`.`;
}

function indexOf(described: readonly DescribedSender[]): string {
  const rows = described.map(({ about, sender }) => {
    const { profile, definition } = sender;
    const { auth } = definition;
    const cells = [
      `[\`${about.factory}\`](${sender.name}.md)`,
      about.title,
      auth.scheme,
      yesNo(auth.covers.body),
      yesNo(auth.signsTime),
      `${profile.timeLimitSeconds} s`,
      profile.retries
        ? durationText(profile.retryHorizonSeconds)
        : `${durationText(profile.retryHorizonSeconds)}, by hand`,
      about.oracle.kind,
      (about.unconfirmed ?? []).length === 0 ? "" : String(about.unconfirmed?.length),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "# Senders",
    "",
    "<!-- Written by scripts/sender-pages.ts from the senders' definitions and facts. -->",
    "",
    "A sender is data: how its deliveries are authenticated, where id and type are, its handshakes, and what it makes of a reply. Anyone who replays a delivery can change what is not signed, so each page says what is signed. What a sender is checked against in hookgate's tests is the vendor's library (`library`), deliveries that the vendor publishes (`vector`), or the vendor's documented recipe, written again in the tests (`documentation`). Points that could not be confirmed are counted here and listed on the page.",
    "",
    `${described.length} senders:`,
    "",
    "| factory | sender | proof | body bound | time bound | waits for | may send again for | checked against | unconfirmed |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    "A sender that is missing here is a few lines of your own: see `defineSender` in the README.",
    "",
  ].join("\n");
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** In the largest unit that leaves a whole number. */
function durationText(seconds: number): string {
  const [size, name] = UNITS.find(([unit]) => seconds % unit === 0) ?? [1, "second"];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

function yesNo(is: boolean): string {
  return is ? "yes" : "no";
}

function code(text: string): string {
  return `\`${text}\``;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const pages = senderPages();
  for (const name of readdirSync(FOLDER)) if (!pages.has(name)) rmSync(new URL(name, FOLDER));
  for (const [name, text] of pages) writeFileSync(new URL(name, FOLDER), text);
  console.log(`${pages.size - 1} pages written`);
}
