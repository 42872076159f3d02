// Registers an endpoint as declared. Nothing is removed before its replacement is verified.

import type { MaybePromise } from "../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions, FLAG, FUNCTION, type OptionRules } from "../lib/options.js";
import {
  checkApi,
  checkEvents,
  checkSecret,
  checkUrl,
  isManual,
  mustBeProven,
  proveEndpoint,
  sameUrl,
} from "./options.js";
import { type EndpointPlan, type PlanStep, planOf } from "./plan.js";
import { stepsFor } from "./plan-ensure.js";
import { EndpointError } from "./providers/error.js";
import type {
  ChangedEndpoint,
  EndpointApi,
  EndpointProof,
  ManualEndpoint,
  RegisteredEndpoint,
  WantedEndpoint,
} from "./providers/provider.js";

/** Options of `ensureEndpoint`: the registration as it should be. */
export interface EnsureOptions {
  /** Where: `githubWebhooks({ token, owner, repo })`, `stripeWebhooks({ apiKey })`, … */
  readonly api: EndpointApi | ManualEndpoint;
  /** As the sender is to call it. */
  readonly url: string;
  /** In the sender's own words. */
  readonly events: readonly string[];
  /** Where we choose it. No API tells a secret, so one that was changed is not seen: that is what `rotateSecret` is for. */
  readonly secret?: string | undefined;
  /** URLs that this one takes the place of. They are removed once it is proven. */
  readonly replaces?: string | readonly string[];
  /**
   * How a new endpoint is proven beside the sender's own ping, where it has one: `signedRoundTrip(sender)`. `false`: not at
   * all, and what is replaced is removed even so.
   */
  readonly prove?: EndpointProof | false;
  /** Where the sender chooses the secret: put it where the receiver reads it. Resolves once the receiver takes it. */
  readonly keepSecret?: (secret: string) => MaybePromise<void>;
  /** Only the plan. */
  readonly dryRun?: boolean;
  /** Before each step. */
  readonly onStep?: (step: PlanStep) => void;
}

/** What `ensureEndpoint` found and did. */
export interface EnsureResult {
  readonly plan: EndpointPlan;
  /** What is registered now; `undefined` after a dry run that would create it, and where it is done by hand. */
  readonly endpoint: RegisteredEndpoint | undefined;
  /** Something was changed at the sender. */
  readonly isChanged: boolean;
}

const RULES: OptionRules<EnsureOptions> = {
  api: CHECKED_LATER,
  url: CHECKED_LATER,
  events: CHECKED_LATER,
  secret: CHECKED_LATER,
  replaces: CHECKED_LATER,
  prove: {
    must: "be a function, such as signedRoundTrip(sender), or false",
    fits: (value) => value === false || typeof value === "function",
  },
  keepSecret: FUNCTION,
  dryRun: FLAG,
  onStep: FUNCTION,
};

/**
 * Compares what is declared with what the sender has, and creates, updates or leaves alone. Running it twice changes
 * nothing the second time.
 *
 * Promise: while a URL is replaced there is no moment without a registered endpoint; the old one goes only after the new
 * one was proven by the sender's ping or a signed round trip. Not promised: that the secret at the sender is yours, which
 * no API tells; a proof by ping shows it.
 *
 * @throws {TypeError} For a misspelt or malformed option, before anything is asked.
 * @throws {SenderApiError} Where the sender's API fails; what was done before stands, and running it again goes on.
 * @throws {EndpointError} Where the new one is not proven, or the only place is taken.
 * @example
 * await ensureEndpoint({
 *   api: githubWebhooks({ token: process.env.GITHUB_TOKEN, owner: "acme", repo: "shop" }),
 *   url: "https://example.com/webhooks/github",
 *   events: ["issues", "push"],
 *   secret: process.env.GITHUB_WEBHOOK_SECRET,
 * });
 */
export async function ensureEndpoint(options: EnsureOptions): Promise<EnsureResult> {
  const { api, wanted, replaced } = checked(options);
  if (isManual(api)) return byHand(api, wanted, options);
  const all = await api.list();
  const own = all.filter(({ url }) => sameUrl(url, wanted.url));
  const old = all.filter(({ url }) => !sameUrl(url, wanted.url) && replaced.some((one) => sameUrl(one, url)));
  const present = own.find(({ isEnabled }) => isEnabled) ?? own[0];
  if (api.holds === "one") refuseOccupied(api, all, wanted, old);
  const steps = stepsFor(api, wanted, { present, own, old }, options.prove);
  const plan = planOf(api.title, steps);
  if (options.dryRun === true || plan.isInOrder) return { plan, endpoint: present, isChanged: false };
  const endpoint = await carryOut(api, wanted, present ?? (api.holds === "one" ? old[0] : undefined), steps, options);
  return { plan, endpoint, isChanged: true };
}

async function carryOut(
  api: EndpointApi,
  wanted: WantedEndpoint,
  before: RegisteredEndpoint | undefined,
  steps: readonly PlanStep[],
  { prove, keepSecret, onStep }: EnsureOptions,
): Promise<RegisteredEndpoint> {
  let endpoint: ChangedEndpoint | undefined = before;
  let secret = wanted.secret;
  for (const step of steps) {
    onStep?.(step);
    if (step.action === "create") {
      if (api.secretBy === "sender" && keepSecret === undefined) {
        throw new TypeError(
          `ensureEndpoint: keepSecret is required: ${api.title} tells the secret of a new endpoint this once`,
        );
      }
      endpoint = await api.create(wanted);
      try {
        secret = await keep(api, endpoint, secret, keepSecret);
      } catch (error) {
        // Nobody has its secret, and the next time it would look as declared.
        await api.remove(endpoint.id).catch(() => undefined);
        throw error;
      }
    } else if (step.action === "update") {
      endpoint = await api.update(step.id, wanted);
      secret = await keep(api, endpoint, secret, keepSecret);
    } else if (step.action === "prove") {
      if (api.holds === "one" && step.by === "round trip" && typeof prove === "function") {
        mustBeProven(api.title, wanted.url, await prove({ url: wanted.url, secret }));
      } else await proveEndpoint(api, prove, { id: endpoint?.id ?? "", url: wanted.url }, secret);
    } else if (step.action === "remove") await api.remove(step.id);
  }
  if (endpoint === undefined) throw new Error("ensureEndpoint: nothing was registered");
  const { secret: _told, ...plain } = endpoint;
  return plain;
}

async function keep(
  api: EndpointApi,
  { secret: told }: ChangedEndpoint,
  given: string | undefined,
  keepSecret: EnsureOptions["keepSecret"],
): Promise<string | undefined> {
  if (api.secretBy !== "sender" || told === undefined) return given;
  await keepSecret?.(told);
  return told;
}

function refuseOccupied(
  api: EndpointApi,
  all: readonly RegisteredEndpoint[],
  wanted: WantedEndpoint,
  old: readonly RegisteredEndpoint[],
): void {
  const other = all.find(({ url }) => url !== "" && !sameUrl(url, wanted.url));
  if (other === undefined || old.includes(other)) return;
  throw new EndpointError(
    "occupied",
    `${api.title} holds one endpoint, and it is ${other.url}: to replace it say so, replaces: ${JSON.stringify(other.url)}`,
  );
}

/** Done by a person; whether it has been is seen by a round trip. */
async function byHand(
  api: ManualEndpoint,
  wanted: WantedEndpoint,
  { prove, dryRun }: EnsureOptions,
): Promise<EnsureResult> {
  const result =
    typeof prove === "function" && dryRun !== true
      ? await prove({ url: wanted.url, secret: wanted.secret })
      : undefined;
  if (result?.isProven === true) {
    const step: PlanStep = {
      action: "keep",
      id: "by hand",
      url: wanted.url,
      why: `${result.detail}; whether ${api.title} calls it only ${api.title} shows`,
    };
    return { plan: planOf(api.title, [step]), endpoint: undefined, isChanged: false };
  }
  const steps: PlanStep[] = api.steps(wanted).map((text) => ({ action: "by hand", text }));
  if (result !== undefined) steps.push({ action: "by hand", text: `the endpoint is not proven yet: ${result.detail}` });
  return { plan: planOf(api.title, steps), endpoint: undefined, isChanged: false };
}

function checked(options: EnsureOptions): {
  readonly api: EndpointApi | ManualEndpoint;
  readonly wanted: WantedEndpoint;
  readonly replaced: readonly string[];
} {
  const where = "ensureEndpoint";
  checkOptions(where, options, RULES);
  const { api, replaces = [] } = options;
  checkApi(where, api);
  const url = checkUrl(where, "url", options.url);
  const replaced = (typeof replaces === "string" ? [replaces] : replaces).map((one) =>
    checkUrl(where, "replaces", one),
  );
  const needsSecret = !isManual(api) && api.secretBy === "us";
  const secret = needsSecret || options.secret !== undefined ? checkSecret(where, "secret", options.secret) : undefined;
  if (secret !== undefined && !isManual(api) && api.secretBy === "sender") {
    throw new TypeError(`${where}: secret cannot be chosen: ${api.title} makes it, and tells it to keepSecret`);
  }
  return { api, wanted: { url, events: checkEvents(where, options.events), secret }, replaced };
}
