// The public names of hookgate/inspector.
import { loadAssets } from "./assets.js";
import { type AnyReceiver, createInspector, type Inspector } from "./create-inspector.js";
import type { InspectorOptions } from "./options.js";

export type { AnyReceiver, Inspector } from "./create-inspector.js";
export type { InspectorOptions, Permission } from "./options.js";

/**
 * Middleware that serves one page for development and operations: what was delivered and what became of it, live; which
 * check refused a delivery and what to do about it; what lies in the inboxes. From it test events are sent, deliveries
 * replayed and dead events redriven.
 *
 * It keeps the last deliveries in memory, from when it is built on. Credentials are scrubbed; bodies are shown, and may
 * hold what is personal. Without `authorize` it prints a URL with a random token when it is built, and answers only who has
 * opened that, from this machine.
 *
 * Promise: nothing of a delivery is ever HTML, and nothing is started but by the page itself. Memory is bounded: at most
 * `keepDeliveries` times `keepBodyBytes` and 100 KB. Not promised: an archive; a restart forgets.
 *
 * @param receivers - One receiver or several.
 * @param options.authorize - Who may look, and who may act. Needs `hosts`.
 * @throws {TypeError} For what is no receiver, and for an unknown or malformed option.
 * @example
 * import { inspector } from "hookgate/inspector";
 *
 * app.use("/hookgate", inspector([receiver], { url: "http://localhost:3000/hookgate" }));
 */
export function inspector(receivers: AnyReceiver | readonly AnyReceiver[], options: InspectorOptions = {}): Inspector {
  return createInspector(receivers, options, loadAssets);
}
