// Deliveries in the shapes that vendors publish: files of test/fixtures/payloads, and GitHub's own examples.
import { readdirSync, readFileSync } from "node:fs";
import examples from "@octokit/webhooks-examples" with { type: "json" };
import type { SignedDelivery } from "../../../src/test-sender/compose.js";
import type { SendOptions } from "../../../src/test-sender/send-options.js";

/** A file of test/fixtures/payloads. Values are made up; names, types and places are the vendor's. */
export interface PayloadFile {
  /** The vendor's pages that say what is sent. */
  readonly sources: readonly string[];
  /** What the sender is built with, where it is not what all samples are built with. */
  readonly options?: object;
  readonly deliveries: readonly PublishedDelivery[];
}

export interface PublishedDelivery {
  readonly name: string;
  readonly method?: string;
  readonly query?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that a test sender writes, and this delivery comes without. */
  readonly without?: readonly string[];
  /** One of these is the body; without any it is empty. */
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly parts?: readonly FormPart[];
  /** Types of the events that must reach a handler, in their order. */
  readonly events?: readonly string[];
  /** What it is instead of a delivery with events. */
  readonly outcome?: "handshake" | "empty";
  /** The sender gives this event no id: a second copy is handled again. */
  readonly again?: "handled";
}

/** A field or file of a multipart body. */
interface FormPart {
  readonly name: string;
  readonly text: string;
  readonly filename?: string;
  readonly type?: string;
}

const FOLDER = new URL("../../fixtures/payloads/", import.meta.url);
const BOUNDARY = "xYzZY-made-up";

/** Sender to its deliveries. */
export function payloadFiles(): ReadonlyMap<string, PayloadFile> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return new Map(
    names.map((name) => [
      name.replace(".json", ""),
      JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as PayloadFile,
    ]),
  );
}

interface GithubExample {
  readonly name: string;
  readonly examples: readonly { readonly action?: string }[];
}

/** Every example of `@octokit/webhooks-examples`, each with a delivery id of its own. */
export function githubExamples(): readonly PublishedDelivery[] {
  const events = examples as unknown as readonly GithubExample[];
  return events.flatMap(({ name, examples: ofEvent }) =>
    ofEvent.map((json, at) => ({
      name: `${name} ${at}`,
      headers: { "x-github-event": name, "x-github-delivery": `${name}-${at}` },
      json,
      events: [json.action === undefined ? name : `${name}.${json.action}`],
    })),
  );
}

/** What a test sender is to sign. The body is given as bytes, so that nothing is added to it but the signature. */
export function requestOf(delivery: PublishedDelivery, url: string): SendOptions {
  const { method, query, headers, json, form, body, parts } = delivery;
  const fields = form ?? (parts && fieldsOf(parts));
  const text = body ?? (fields && String(new URLSearchParams(fields)));
  const type = delivery.contentType ?? (fields && "application/x-www-form-urlencoded");
  return {
    url: query === undefined ? url : `${url}?${query}`,
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(type === undefined ? {} : { contentType: type }),
    ...(text === undefined && json === undefined ? {} : { body: text ?? JSON.stringify(json) }),
  };
}

function fieldsOf(parts: readonly FormPart[]): Record<string, string> {
  return Object.fromEntries(parts.filter((part) => part.filename === undefined).map(({ name, text }) => [name, text]));
}

/** The delivery as it goes onto the wire: a signed form becomes multipart, with its files, where the vendor sends that. */
export function onTheWire({ parts, without = [] }: PublishedDelivery, signed: SignedDelivery): SignedDelivery {
  const headers = Object.fromEntries(Object.entries(signed.headers).filter(([name]) => !without.includes(name)));
  if (parts === undefined) return { ...signed, headers };
  const fields = [...new URLSearchParams(Buffer.from(signed.body).toString())].map(([name, text]) => ({ name, text }));
  const files = parts.filter((part) => part.filename !== undefined);
  return {
    ...signed,
    headers: { ...headers, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    body: Buffer.from(multipart([...fields, ...files])),
  };
}

function multipart(parts: readonly FormPart[]): string {
  const lines = parts.flatMap(({ name, text, filename, type }) => [
    `--${BOUNDARY}`,
    `Content-Disposition: form-data; name="${name}"${filename === undefined ? "" : `; filename="${filename}"`}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    "",
    text,
  ]);
  return [...lines, `--${BOUNDARY}--`, ""].join("\r\n");
}
