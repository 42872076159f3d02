// Removes all endpoints of a URL.
import { CHECKED_LATER, checkOptions, FLAG } from "../lib/options.js";
import { checkApi, checkUrl, isManual, sameUrl } from "./options.js";
import { type EndpointPlan, type PlanStep, planOf } from "./plan.js";
import type { EndpointApi } from "./providers/provider.js";

/** Options of `removeEndpoint`. */
export interface RemoveOptions {
  readonly api: EndpointApi;
  /** Every endpoint with this URL is removed. */
  readonly url: string;
  readonly dryRun?: boolean;
}

/**
 * Removes every endpoint with the URL. Without one it changes nothing.
 *
 * @throws {TypeError} For a malformed option.
 * @throws {SenderApiError} When the sender's API fails.
 */
export async function removeEndpoint(options: RemoveOptions): Promise<EndpointPlan> {
  checkOptions<RemoveOptions>("removeEndpoint", options, { api: CHECKED_LATER, url: CHECKED_LATER, dryRun: FLAG });
  const { api, dryRun } = options;
  checkApi("removeEndpoint", api);
  if (isManual(api)) throw new TypeError(`removeEndpoint: ${api.title} is registered by hand, and is removed by hand`);
  const url = checkUrl("removeEndpoint", "url", options.url);
  const found = (await api.list()).filter((one) => sameUrl(one.url, url));
  const steps: PlanStep[] = found.map(({ id }) => ({ action: "remove", id, url }));
  if (dryRun !== true) for (const { id } of found) await api.remove(id);
  return planOf(api.title, steps);
}
