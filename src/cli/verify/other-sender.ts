// Recognises another sender's delivery by its headers and its signature.
import type { Sender } from "../../sender/sender.js";
import type { SenderDescription } from "../../senders/facts/index.js";
import { type KnownSender, knownSenders } from "../senders/find-sender.js";
import { sampleSender } from "../senders/sample-sender.js";
import { senderOptions } from "../senders/secrets.js";
import { attempt, type Case } from "./attempt.js";
import { type Cause, problem } from "./finding.js";

/** They carry everybody's credentials. */
const COMMON: ReadonlySet<string> = new Set(["authorization", "content-digest", "digest", "signature"]);
/** More names would help nobody. */
const MAX_NAMED = 6;

interface Candidate {
  readonly known: KnownSender & { readonly about: SenderDescription };
  /** How many of the headers that it reads are there. */
  readonly likeness: number;
}

/** Another sender for which the proof holds, or whose headers are there where this one's are not. */
export async function otherSender(about: Case): Promise<Cause | undefined> {
  const names = new Set(about.recorded.headers.map(([name]) => name.toLowerCase()));
  const candidates = await candidatesFor(about, names);
  const expected = about.known.about?.title ?? about.known.name;
  for (const { known } of candidates) {
    for (const { text } of about.secrets) {
      const [option = "secret"] = known.options.filter((name) => name !== "confirm");
      const sender = built(() => known.build(senderOptions([{ option, text: text.trim(), from: "" }], [])));
      const proof = sender === undefined ? undefined : await attempt(about, { sender });
      if (proof === undefined) continue;
      const finding = problem(
        "sender_wrong",
        `it is a delivery of ${known.about.title}, or of one that signs alike, and ${expected} was expected: with the same secret its signature holds`,
        `Receive it with ${known.about.factory}({ ${option} }) from hookgate/senders.`,
      );
      return { proof, findings: [finding] };
    }
  }
  if (candidates.length === 0 || hasCredentials(about)) return undefined;
  const shown = candidates.slice(0, MAX_NAMED).map(({ known }) => known.about.title);
  const finding = problem(
    "sender_wrong",
    `it has no credentials of ${expected}; its headers are those of ${shown.join(", ")}${candidates.length > MAX_NAMED ? ", …" : ""}`,
    "Verify it with --sender and the sender that it comes from; at the sender, look which URL is registered.",
  );
  return { proof: undefined, findings: [finding] };
}

/** Senders whose credentials are there, the likeliest first. */
async function candidatesFor(about: Case, names: ReadonlySet<string>): Promise<readonly Candidate[]> {
  const candidates = (await knownSenders()).flatMap((known): Candidate[] => {
    if (known.name === about.known.name) return [];
    const sample = sampleSender(known);
    const { auth, event } = sample?.definition ?? {};
    const own = (auth?.credentialHeaders ?? []).filter((name) => !COMMON.has(name));
    if (!own.some((name) => names.has(name))) return [];
    const fields = event === undefined || typeof event === "function" ? [] : [event.id, event.type];
    const read = fields.flatMap((field) => (field === undefined ? [] : [field, ...(field.parts ?? [])]));
    const found = read.filter((field) => field.in === "header" && names.has(field.name));
    return [{ known, likeness: found.length }];
  });
  return candidates.sort((a, b) => b.likeness - a.likeness);
}

/** Whether anything is there that could prove where it comes from. */
export function hasCredentials({ sender, recorded }: Case): boolean {
  const { credentialHeaders, credentialQuery = [] } = sender.definition.auth;
  // Where they are in the body, that cannot be told from here.
  if (credentialHeaders.length === 0 || credentialQuery.length > 0) return true;
  return recorded.headers.some(([name]) => credentialHeaders.includes(name.toLowerCase()));
}

function built(build: () => Sender<never>): Sender<never> | undefined {
  try {
    return build();
  } catch {
    return undefined; // the secret is none of that sender's
  }
}
