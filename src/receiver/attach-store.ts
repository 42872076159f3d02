// Attaches a receiver to its dedupe store, and refuses two that cannot be told apart there.

import { Claims } from "../dedupe/claims.js";
import { resilientStore } from "../dedupe/resilient-store.js";
import { sharedWeakMap } from "../lib/across-builds.js";
import type { Sender } from "../sender/sender.js";
import type { DedupeStore } from "../stores/store.js";
import type { Settings } from "./resolve-options.js";

/** Receivers on a store, by scope and sender: two that cannot be told apart would swallow each other's events. */
const attached = /* @__PURE__ */ sharedWeakMap<DedupeStore<unknown>, Set<string>>("stores");

/**
 * @returns `undefined` where there is no dedupe.
 * @throws {TypeError} Where a scope is missing, or taken by another receiver.
 */
export function attachStore(
  sender: Sender<never>,
  settings: Settings,
  report: (message: string) => void,
): Claims | undefined {
  const { dedupe, scope, name } = settings;
  if (dedupe === undefined) return undefined;
  const { store } = dedupe;
  const receiver = `${sender.name}${scope === undefined ? "" : ` (scope ${JSON.stringify(scope)})`}`;
  if (store.isShared && scope === undefined) {
    throw new TypeError(
      `createReceiver: scope is required on the shared ${store.name}: one event id can come to several receivers, and without a scope the second would be answered as a duplicate. Name this endpoint, such as scope: "billing"`,
    );
  }
  const others = attached().get(store) ?? new Set();
  if (others.has(receiver)) {
    throw new TypeError(
      `createReceiver: two receivers for ${receiver} share one ${store.name}: an event that comes to both would be handled by one. Give each its own scope`,
    );
  }
  store.attach?.({
    receiver: name,
    minRetentionSeconds: 2 * (settings.toleranceSeconds ?? 300),
    retentionSeconds: dedupe.retentionSeconds,
    report,
  });
  // Last: a receiver that could not be built is not in the way of the next one.
  attached().set(store, others.add(receiver));
  return new Claims({ ...dedupe, store: resilientStore(store), scope, sender: sender.name });
}
