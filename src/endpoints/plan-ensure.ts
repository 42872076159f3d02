// Plans the steps from the endpoints that exist to the one that is wanted.

import { howProven, sameEvents } from "./options.js";
import type { PlanStep } from "./plan.js";
import type { EndpointApi, EndpointProof, RegisteredEndpoint, WantedEndpoint } from "./providers/provider.js";

/** The sender's endpoints, sorted by their role. */
export interface Found {
  /** The endpoint to update. */
  readonly present: RegisteredEndpoint | undefined;
  /** All endpoints with the wanted URL. */
  readonly own: readonly RegisteredEndpoint[];
  /** Endpoints that it replaces. */
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
    // The sender has one endpoint, so the verification comes before the change.
    if (typeof prove === "function") steps.push({ action: "prove", url, by: "round trip" });
    steps.push({ action: "update", id: replacedInPlace.id, url, changes: [`url ${replacedInPlace.url} → ${url}`] });
  } else if (present === undefined) steps.push({ action: "create", url, events });
  else if (changes.length > 0) steps.push({ action: "update", id: present.id, url: present.url, changes });
  else steps.push({ action: "keep", id: present.id, url: present.url, why: "up to date" });
  const isNew = present === undefined || changes.length > 0;
  if (by !== undefined && !(isOne && by === "round trip") && (isNew || old.length > 0))
    steps.push({ action: "prove", url, by });
  for (const other of own) {
    if (other !== present)
      steps.push({
        action: "keep",
        id: other.id,
        url: other.url,
        why: "a second endpoint with this URL: a rotation is in progress, or it is superfluous",
      });
  }
  if (isOne) return steps;
  for (const { id, url: oldUrl } of old) {
    if (by === undefined && prove !== false) {
      steps.push({
        action: "keep",
        id,
        url: oldUrl,
        why: "the new endpoint cannot be verified; give prove: signedRoundTrip(sender)",
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
