// Rotates a secret without losing a delivery: the receiver accepts both before the sender uses the new one.

import type { MaybePromise } from "../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions, FLAG, FUNCTION, type OptionRules } from "../lib/options.js";
import {
  checkApi,
  checkSecret,
  checkUrl,
  howProven,
  isManual,
  mustBeProven,
  proveEndpoint,
  sameUrl,
} from "./options.js";
import { type EndpointPlan, type PlanStep, planOf } from "./plan.js";
import { EndpointError } from "./providers/error.js";
import type { EndpointApi, EndpointProof, RegisteredEndpoint } from "./providers/provider.js";
import type { SecretRing } from "./secret-ring.js";

/** Options of `rotateSecret`. */
export interface RotateOptions {
  readonly api: EndpointApi;
  /** The URL of the endpoint. */
  readonly url: string;
  /** The new secret, for senders that take it from you. */
  readonly secret?: string | undefined;
  /** The old secret, which is restored at the sender if its ping fails. */
  readonly previous?: string | undefined;
  /** The ring from which the receiver of this process reads its secrets. Either this or `keepSecret`. */
  readonly ring?: SecretRing;
  /** Makes the receiver accept the new secret together with the old one. Must resolve when every process does. */
  readonly keepSecret?: (secret: string) => MaybePromise<void>;
  /** Checks that the receiver accepts the new secret before the sender uses it: `signedRoundTrip(sender)`. */
  readonly prove?: EndpointProof | false;
  readonly dryRun?: boolean;
  readonly onStep?: (step: PlanStep) => void;
}

/** What `rotateSecret` did, and the endpoint after it. */
export interface RotateResult {
  readonly plan: EndpointPlan;
  readonly endpoint: RegisteredEndpoint;
}

const RULES: OptionRules<RotateOptions> = {
  api: CHECKED_LATER,
  url: CHECKED_LATER,
  secret: CHECKED_LATER,
  previous: CHECKED_LATER,
  ring: CHECKED_LATER,
  keepSecret: FUNCTION,
  prove: {
    must: "be a function, such as signedRoundTrip(sender), or false",
    fits: (value) => value === false || typeof value === "function",
  },
  dryRun: FLAG,
  onStep: FUNCTION,
};

/**
 * Changes the secret of an endpoint with an overlap. The old secret may be removed after a delivery with the new one (`secretRing` detects
 * it) and after deliveries in transit have arrived.
 *
 * If you choose the secret: the receiver accepts both, which is verified, and then the sender gets it. If the sender
 * chooses: a second endpoint with the same URL is created, its secret is stored and verified, and the first is removed. Meanwhile
 * events arrive twice with one id, and dedupe handles them once.
 *
 * @throws {TypeError} For a malformed option, or a sender whose endpoints have no secret.
 * @throws {SenderApiError} When the sender's API fails.
 * @throws {EndpointError} When there is no such endpoint, or the new secret is not verified; the old secret then remains valid.
 */
export async function rotateSecret(options: RotateOptions): Promise<RotateResult> {
  const where = "rotateSecret";
  checkOptions(where, options, RULES);
  const { api, ring, keepSecret } = options;
  checkApi(where, api);
  if (isManual(api) || api.secretBy === "nobody")
    throw new TypeError(`${where}: ${api.title} has no secret per endpoint that could be changed`);
  if ((ring === undefined) === (typeof keepSecret !== "function")) {
    throw new TypeError(`${where}: give ring, or keepSecret, a function that makes the receiver accept the new secret`);
  }
  const url = checkUrl(where, "url", options.url);
  const found = (await api.list()).filter((one) => sameUrl(one.url, url));
  const [present] = found;
  if (present === undefined) throw new EndpointError("not_found", `${api.title} has no endpoint with the URL ${url}`);
  const keep = async (secret: string): Promise<void> => (ring === undefined ? keepSecret?.(secret) : ring.add(secret));
  const result =
    api.secretBy === "us" ? changeOurs(options, keep, present) : replaceTheirs(options, keep, present, found);
  const rotated = await result;
  if (options.dryRun !== true) ring?.retireOld();
  return rotated;
}

type Keep = (secret: string) => Promise<void>;

async function changeOurs(options: RotateOptions, keep: Keep, present: RegisteredEndpoint): Promise<RotateResult> {
  const { api, url, prove, dryRun, onStep } = options;
  const secret = checkSecret("rotateSecret", "secret", options.secret);
  const before: PlanStep | undefined =
    typeof prove === "function" ? { action: "prove", url, by: "round trip" } : undefined;
  const update: PlanStep = { action: "update", id: present.id, url, changes: ["secret"] };
  const after: PlanStep | undefined =
    api.test === undefined || prove === false ? undefined : { action: "prove", url, by: "ping" };
  const plan = planOf(
    api.title,
    [before, update, after].filter((step) => step !== undefined),
  );
  if (dryRun === true) return { plan, endpoint: present };
  await keep(secret);
  if (before !== undefined && typeof prove === "function") {
    onStep?.(before);
    mustBeProven(api.title, url, await prove({ url, secret }));
  }
  onStep?.(update);
  const wanted = { url, events: present.events };
  const { secret: _told, ...endpoint } = await api.update(present.id, { ...wanted, secret });
  if (after === undefined) return { plan, endpoint };
  onStep?.(after);
  try {
    await proveEndpoint(api, undefined, present, secret);
  } catch (error) {
    if (options.previous !== undefined) await api.update(present.id, { ...wanted, secret: options.previous });
    throw error;
  }
  return { plan, endpoint };
}

async function replaceTheirs(
  { api, url, prove, dryRun, onStep }: RotateOptions,
  keep: Keep,
  present: RegisteredEndpoint,
  found: readonly RegisteredEndpoint[],
): Promise<RotateResult> {
  const by = howProven(api, prove);
  const create: PlanStep = { action: "create", url, events: present.events };
  const proof: PlanStep | undefined = by === undefined ? undefined : { action: "prove", url, by };
  const removals: PlanStep[] = found.map(({ id }) => ({ action: "remove", id, url }));
  const plan = planOf(api.title, [create, ...(proof === undefined ? [] : [proof]), ...removals]);
  if (dryRun === true) return { plan, endpoint: present };
  if (by === undefined && prove !== false) {
    throw new TypeError(
      `rotateSecret: prove is required: it checks that the receiver accepts the new secret before the old endpoint is removed; give prove: signedRoundTrip((secret) => …), or false`,
    );
  }
  onStep?.(create);
  const { secret, ...endpoint } = await api.create({ url, events: present.events });
  try {
    if (secret !== undefined) await keep(secret);
    if (proof !== undefined) {
      onStep?.(proof);
      await proveEndpoint(api, prove, endpoint, secret);
    }
  } catch (error) {
    // The old endpoint is still in use; the secret of the new one is lost.
    await api.remove(endpoint.id).catch(() => undefined);
    throw error;
  }
  for (const step of removals) {
    onStep?.(step);
    if (step.action === "remove") await api.remove(step.id);
  }
  return { plan, endpoint };
}
