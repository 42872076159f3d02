// Creates or updates an endpoint as configured. Nothing is removed before its replacement is verified.

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
  /** The sender's API: `githubWebhooks({ token, owner, repo })`, `stripeWebhooks({ apiKey })`, … */
  readonly api: EndpointApi | ManualEndpoint;
  /** The public URL that the sender calls. */
  readonly url: string;
  /** Event names as the sender writes them. */
  readonly events: readonly string[];
  /** For senders that take the secret from you. No API returns a secret, so a changed one is not detected: use `rotateSecret`. */
  readonly secret?: string | undefined;
  /** URLs that this URL replaces. They are removed after it is verified. */
  readonly replaces?: string | readonly string[];
  /**
   * How a new endpoint is verified, in addition to the sender's ping if it has one: `signedRoundTrip(sender)`. `false`: not at
   * all, and replaced URLs are removed without verification.
   */
  readonly prove?: EndpointProof | false;
  /** For senders that create the secret: stores it for the receiver. Must resolve after the receiver accepts it. */
  readonly keepSecret?: (secret: string) => MaybePromise<void>;
  /** Return the plan only. */
  readonly dryRun?: boolean;
  /** Called before each step. */
  readonly onStep?: (step: PlanStep) => void;
}

/** What `ensureEndpoint` found and did. */
export interface EnsureResult {
  readonly plan: EndpointPlan;
  /** The registered endpoint. `undefined` after a dry run that would create it, and for senders configured by hand. */
  readonly endpoint: RegisteredEndpoint | undefined;
  /** Whether something was changed at the sender. */
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
 * Compares the options with the sender's configuration, and creates or updates the endpoint if they differ. Running it twice changes
 * nothing the second time.
 *
 * Promise: while a URL is replaced, an endpoint is registered at every moment; the old one is removed only after the new
 * one passed the sender's ping or a signed round trip. Not promised: that the sender has your secret, which
 * no API returns; a ping shows it.
 *
 * @throws {TypeError} For a misspelt or malformed option, before any request.
 * @throws {SenderApiError} When the sender's API fails. Completed steps stay in place, and running it again continues.
 * @throws {EndpointError} When the new endpoint is not verified, or the sender's only endpoint has another URL.
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
          `ensureEndpoint: keepSecret is required: ${api.title} shows the secret of a new endpoint only once`,
        );
      }
      endpoint = await api.create(wanted);
      try {
        secret = await keep(api, endpoint, secret, keepSecret);
      } catch (error) {
        // Its secret is lost, and the next run would take it for a correct endpoint.
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
    `${api.title} has only one endpoint, which is ${other.url}: to replace it give replaces: ${JSON.stringify(other.url)}`,
  );
}

/** Lists manual steps. A round trip shows whether they have been done. */
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
      why: `${result.detail}; check at ${api.title} that it calls this URL`,
    };
    return { plan: planOf(api.title, [step]), endpoint: undefined, isChanged: false };
  }
  const steps: PlanStep[] = api.steps(wanted).map((text) => ({ action: "by hand", text }));
  if (result !== undefined)
    steps.push({ action: "by hand", text: `the endpoint is not verified yet: ${result.detail}` });
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
    throw new TypeError(`${where}: secret cannot be given: ${api.title} creates it and passes it to keepSecret`);
  }
  return { api, wanted: { url, events: checkEvents(where, options.events), secret }, replaced };
}
