// Recognises a delivery of another sender by its headers and signature.
import type { Sender } from "../../sender/sender.js";
import type { SenderDescription } from "../../senders/facts/index.js";
import { type KnownSender, knownSenders } from "../senders/find-sender.js";
import { sampleSender } from "../senders/sample-sender.js";
import { senderOptions } from "../senders/secrets.js";
import { attempt, type Case } from "./attempt.js";
import { type Cause, problem } from "./finding.js";

/** Headers that many senders use, so they identify none. */
const COMMON: ReadonlySet<string> = new Set(["authorization", "content-digest", "digest", "signature"]);
/** A longer list of names is no help. */
const MAX_NAMED = 6;

interface Candidate {
  readonly known: KnownSender & { readonly about: SenderDescription };
  /** How many headers of the sender's fields the delivery has. */
  readonly likeness: number;
}

/** Finds a sender whose signature check passes, or whose headers are present when this sender's are missing. */
export async function otherSender(about: Case): Promise<Cause | undefined> {
  const names = new Set(about.recorded.headers.map(([name]) => name.toLowerCase()));
  const candidates = await candidatesFor(about, names);
  const expected = about.known.about?.title ?? about.known.name;
  for (const { known } of candidates) {
    for (const { text } of about.secrets) {
      const [option = "secret"] = known.options.filter((name) => name !== "confirm");
      const sender = built(() => known.build(senderOptions([{ option, text: text.trim(), from: "" }], [])));
      const proven = sender === undefined ? undefined : await attempt(about, { sender });
      if (proven === undefined) continue;
      const finding = problem(
        "sender_wrong",
        `the delivery is from ${known.about.title} or a sender with the same scheme, not from ${expected}: its signature matches with the same secret`,
        `Receive it with ${known.about.factory}({ ${option} }) from hookgate/senders.`,
      );
      return { proven, findings: [finding] };
    }
  }
  if (candidates.length === 0 || hasCredentials(about)) return undefined;
  const shown = candidates.slice(0, MAX_NAMED).map(({ known }) => known.about.title);
  const finding = problem(
    "sender_wrong",
    `the delivery has no credentials of ${expected}; its headers are those of ${shown.join(", ")}${candidates.length > MAX_NAMED ? ", …" : ""}`,
    "Give --sender the sender that the delivery comes from, and check which URL is registered there.",
  );
  return { proven: undefined, findings: [finding] };
}

/** Senders whose credential headers are present, the likeliest first. */
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

/** Whether the delivery has any of the sender's credential headers. */
export function hasCredentials({ sender, recorded }: Case): boolean {
  const { credentialHeaders, credentialQuery = [] } = sender.definition.auth;
  // Credentials in the body or the query cannot be seen from the headers.
  if (credentialHeaders.length === 0 || credentialQuery.length > 0) return true;
  return recorded.headers.some(([name]) => credentialHeaders.includes(name.toLowerCase()));
}

function built(build: () => Sender<never>): Sender<never> | undefined {
  try {
    return build();
  } catch {
    return undefined; // that sender's factory refuses the secret
  }
}
