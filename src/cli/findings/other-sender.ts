// Is it another sender's delivery? Its headers say so, and sometimes its signature.
import type { Sender } from "../../sender.js";
import { attempt, type Case } from "../attempt.js";
import { knownSenders } from "../find-sender.js";
import { sampleSender } from "../sample-sender.js";
import { senderOptions } from "../secrets.js";
import type { Cause } from "./find-cause.js";
import { problem } from "./finding.js";

/** They carry everybody's credentials. */
const COMMON: ReadonlySet<string> = new Set(["authorization", "content-digest", "digest", "signature"]);
/** More names would help nobody. */
const MAX_NAMED = 6;

/** Another sender for which the proof holds, or whose headers are there where this one's are not. */
export async function otherSender(about: Case): Promise<Cause | undefined> {
  const names = new Set(about.recorded.headers.map(([name]) => name.toLowerCase()));
  const known = (await knownSenders()).filter(({ name }) => name !== about.known.name);
  const likely: string[] = [];
  for (const one of known) {
    const sample = sampleSender(one);
    const own = (sample?.definition.auth.credentialHeaders ?? []).filter((name) => !COMMON.has(name));
    if (!own.some((name) => names.has(name))) continue;
    likely.push(one.about.title);
    for (const { text } of about.secrets) {
      const [option = "secret"] = one.options.filter((name) => name !== "confirm");
      const sender = built(() => one.build(senderOptions(one, [{ option, text: text.trim(), from: "" }], [])));
      const proof = sender === undefined ? undefined : await attempt(about, { sender });
      if (proof === undefined) continue;
      const finding = problem(
        "sender_wrong",
        `it is a delivery of ${one.about.title}, and ${about.known.about?.title ?? about.known.name} was expected: with the same secret its signature holds`,
        `Receive it with ${one.about.factory}({ ${option} }) from hookgate/senders.`,
      );
      return { proof, findings: [finding] };
    }
  }
  if (likely.length === 0 || hasOwnCredentials(about, names)) return undefined;
  const shown = likely.slice(0, MAX_NAMED).join(", ");
  const finding = problem(
    "sender_wrong",
    `it has no credentials of ${about.known.about?.title ?? about.known.name}; its headers are those of ${shown}${likely.length > MAX_NAMED ? ", …" : ""}`,
    "Verify it with --sender and the sender that it comes from; at the sender, look which URL is registered.",
  );
  return { proof: undefined, findings: [finding] };
}

function hasOwnCredentials({ sender }: Case, names: ReadonlySet<string>): boolean {
  return sender.definition.auth.credentialHeaders.some((name) => names.has(name));
}

function built(build: () => Sender<never>): Sender<never> | undefined {
  try {
    return build();
  } catch {
    return undefined; // the secret is none of that sender's
  }
}
