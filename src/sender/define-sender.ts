// Builds a sender from its definition, and checks it.
import type { AnyEvents, EventMap } from "../core/event-map.js";
import { type ReplyProfile, UNKNOWN_SENDER } from "../core/reply.js";
import type { Sender, SenderDefinition } from "./sender.js";
import { checkDefinition } from "./validate-definition.js";

/**
 * Describes a sender of one's own. One explicit type argument, and nothing is inferred beside it.
 *
 * @throws {TypeError} When built with an unknown or malformed member; the message names it, and what is meant.
 * @example
 * const erp = defineSender<{ "order.created": { orderId: string } }>({
 *   name: "erp",
 *   auth: bearerToken({ token: process.env.ERP_TOKEN }),
 *   event: { id: header("x-event-id"), type: json("type") },
 * });
 */
export function defineSender<Events = AnyEvents>(definition: SenderDefinition): Sender<EventMap<Events>> {
  checkDefinition(definition);
  const privateHeaders = definition.privateHeaders?.map((name) => name.toLowerCase()); // as they are looked up
  return {
    name: definition.name,
    definition: privateHeaders === undefined ? definition : { ...definition, privateHeaders },
    profile: profileOf(definition),
  };
}

function profileOf(definition: SenderDefinition): ReplyProfile {
  const own = present(definition.reply ?? {});
  const methods = new Set(own.methods ?? UNKNOWN_SENDER.methods);
  const successStatus = own.successStatus ?? UNKNOWN_SENDER.successStatus;
  const successStatuses = own.successStatuses ?? [...new Set([successStatus, ...UNKNOWN_SENDER.successStatuses])];
  return Object.freeze({ ...UNKNOWN_SENDER, ...own, methods: [...methods], successStatus, successStatuses });
}

/** What is `undefined` would be spread over the default. */
function present(own: Partial<ReplyProfile>): Partial<ReplyProfile> {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}
