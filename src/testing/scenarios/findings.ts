// Judges the replies of a scenario, in the words of who has to fix them.
import type { ReplyProfile } from "../../core/reply.js";
import type { Step } from "./stage.js";

/** What is wrong; `undefined` where nothing is. */
export type Problem = string | undefined;

/** A genuine delivery must be told success, within the sender's patience. */
export function mustSucceed(step: Step, profile: ReplyProfile): Problem {
  const { what, status } = step;
  if (status === undefined) return `${what}: ${step.error}`;
  if (profile.successStatuses.includes(status)) return undefined;
  return `${what} was answered ${named(step)}: ${meaningOf(status, profile)}`;
}

function meaningOf(status: number, profile: ReplyProfile): string {
  if (status < 300) return `this sender counts only ${profile.successStatuses.join(", ")} as success`;
  if (status < 400) return "senders do not follow redirects; register the URL that it leads to";
  if (status === 401 || status === 403) {
    return "a genuine delivery is refused. Is it the secret that the receiver has? Does a body parser come before it? hookgate verify tells the causes apart";
  }
  if (status === 404 || status === 405) return "nothing takes deliveries at this path; mount the receiver there";
  if (profile.unsubscribes.includes(status)) return "it ends the subscription at this sender";
  if (status === 413) return "the limit for bodies is below what this sender sends";
  if (status === 415) return "the receiver does not read the content type that this sender uses";
  if (status === 429 || status >= 500) return "the sender hears a failure, and sends again if it retries at all";
  return "a genuine delivery is refused, and many senders then drop the event for good";
}

/** Statuses that refuse a delivery as such. The other 4xx say something else: that nothing is there, or to come again. */
const NO_REFUSALS: ReadonlySet<number> = new Set([404, 405, 408, 410, 429]);

/** What nobody but the sender can have sent must be refused with a 4xx. */
export function mustBeRefused(step: Step, harm: string): Problem {
  const { what, status } = step;
  if (status === undefined) return `${what}: ${step.error}; a 4xx should come`;
  if (status >= 400 && status < 500 && !NO_REFUSALS.has(status)) return undefined;
  if (status < 300) return `${what} was accepted with ${status}: ${harm}`;
  if (status >= 500) {
    return `${what} was answered ${named(step)} where a 4xx should come: forged deliveries look like failures of your own, and are asked for again`;
  }
  return `${what} was answered ${named(step)}, which is no refusal: ${status < 400 ? "a redirect" : "nothing takes deliveries there, or they are asked for again"}`;
}

/** A connection that was closed (`EPIPE`, `ECONNRESET`) is a network failure for the sender. */
export function closedWithoutAnswer({ what, error }: Step): Problem {
  return `${what}: the connection was closed without an answer (${error}), so the sender retries; answer 413`;
}

function named({ status, code }: Step): string {
  return code === undefined ? String(status) : `${status} ${code}`;
}

export function problemsIn(...problems: readonly Problem[]): readonly string[] {
  return problems.filter((problem) => problem !== undefined);
}

/** What a scenario found. */
export interface Findings {
  readonly steps: readonly Step[];
  readonly problems: readonly string[];
  readonly notes?: readonly string[];
}

/** What is found where one delivery had to be refused. */
export function refusal(step: Step, harm: string): Findings {
  return { steps: [step], problems: problemsIn(mustBeRefused(step, harm)) };
}

/** Whether the handler ran again for what came before, as far as that can be told from here. */
export function ranAgain(
  isIdless: boolean,
  counts: readonly number[] | undefined,
  again: readonly Step[],
  failed: readonly string[],
): Pick<Findings, "problems" | "notes"> {
  if (isIdless) {
    const note = "this sender gives events no id that stays the same: handlers must bear duplicates";
    return { problems: failed, notes: [note] };
  }
  if (counts !== undefined) {
    const [before = 0, once = 0, after = 0] = counts;
    // Work that is only queued may be counted late, so the first one need not be seen yet.
    const isAgain = after - before > Math.max(1, once - before);
    const ran = "an event that came again was handled again: remember the ids of what was handled";
    return { problems: isAgain ? [...failed, ran] : failed };
  }
  const [second, third] = again.map((step) => step.sent?.body);
  if (failed.length === 0 && second !== third) {
    const ran =
      "the answers to one event differ each time, as where it is handled each time: remember the ids of what was handled";
    return { problems: [ran] };
  }
  return { problems: failed, notes: ["whether it was handled once cannot be seen from outside; `effects` tells"] };
}

/** Copies that fail alike are one problem. */
export function withoutNumber(problem: Problem): Problem {
  return problem?.replace(/^copy \d+/, "one of several copies that came at once");
}
