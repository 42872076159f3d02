// Plans the steps from the endpoints that exist to the one that is wanted.

import { howProven, sameEvents } from "./options.js";
import type { PlanStep } from "./plan.js";
import type { EndpointApi, EndpointProof, RegisteredEndpoint, WantedEndpoint } from "./providers/provider.js";

/** What the sender has, by what it is to us. */
export interface Found {
  /** The one that is to be as declared. */
  readonly present: RegisteredEndpoint | undefined;
  /** All with the wanted URL. */
  readonly own: readonly RegisteredEndpoint[];
  /** Those that it takes the place of. */
  readonly old: readonly RegisteredEndpoint[];
}

export function stepsFor(
  api: EndpointApi,
  wanted: WantedEndpoint,
  { present, own, old }: Found,
  prove: EndpointProof | false | undefined,
): readonly PlanStep[] {
  const { url, events } = wanted;
  const isOne = api.holds === "one";
  const replacedInPlace = isOne ? old[0] : undefined;
  const by = howProven(api, prove);
  const steps: PlanStep[] = [];
  const changes = present === undefined ? [] : changesTo(present, wanted);
  if (present === undefined && replacedInPlace !== undefined) {
    // There is no beside: what can be proven before is.
    if (typeof prove === "function") steps.push({ action: "prove", url, by: "round trip" });
    steps.push({ action: "update", id: replacedInPlace.id, url, changes: [`url ${replacedInPlace.url} → ${url}`] });
  } else if (present === undefined) steps.push({ action: "create", url, events });
  else if (changes.length > 0) steps.push({ action: "update", id: present.id, url: present.url, changes });
  else steps.push({ action: "keep", id: present.id, url: present.url, why: "as declared" });
  const isAnew = present === undefined || changes.length > 0;
  if (by !== undefined && !(isOne && by === "round trip") && (isAnew || old.length > 0))
    steps.push({ action: "prove", url, by });
  for (const other of own) {
    if (other !== present)
      steps.push({
        action: "keep",
        id: other.id,
        url: other.url,
        why: "another one with this URL: a rotation is under way, or it is one too many",
      });
  }
  if (isOne) return steps;
  for (const { id, url: oldUrl } of old) {
    if (by === undefined && prove !== false) {
      steps.push({
        action: "keep",
        id,
        url: oldUrl,
        why: "nothing proves the new one; give prove: signedRoundTrip(sender)",
      });
    } else steps.push({ action: "remove", id, url: oldUrl });
  }
  return steps;
}

function changesTo(present: RegisteredEndpoint, wanted: WantedEndpoint): readonly string[] {
  const changes: string[] = [];
  if (!sameEvents(present.events, wanted.events)) {
    const [has, wants] = [new Set(present.events), new Set(wanted.events)];
    const added = [...wants].filter((name) => !has.has(name));
    const removed = [...has].filter((name) => !wants.has(name));
    changes.push(`events ${[...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)].join(" ")}`);
  }
  if (!present.isEnabled) changes.push(`enable it${present.health === undefined ? "" : ` (${present.health})`}`);
  return [...changes, ...(present.wrong ?? [])];
}
