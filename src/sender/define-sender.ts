// Builds a sender from its definition, and checks it.
import type { AnyEvents, EventMap } from "../core/event-map.js";
import { type ReplyProfile, UNKNOWN_SENDER } from "../core/reply.js";
import type { Sender, SenderDefinition } from "./sender.js";
import { checkDefinition } from "./validate-definition.js";

/**
 * Defines a sender. The map of its events is the one type argument; nothing else is inferred.
 *
 * @param definition - How the sender authenticates its deliveries, and where the parts of its events are.
 * @returns A sender for `createReceiver`.
 * @throws {TypeError} When built with an unknown or malformed property. The message names it and suggests the correct one.
 * @example
 * const erp = defineSender<{ "order.created": { orderId: string } }>({
 *   name: "erp",
 *   auth: bearerToken({ token: process.env.ERP_TOKEN }),
 *   event: { id: header("x-event-id"), type: json("type") },
 * });
 */
export function defineSender<Events = AnyEvents>(definition: SenderDefinition): Sender<EventMap<Events>> {
  checkDefinition(definition);
  const privateHeaders = definition.privateHeaders?.map((name) => name.toLowerCase()); // look-ups use lower case
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

/** Removes properties that are `undefined`, which would replace the defaults. */
function present(own: Partial<ReplyProfile>): Partial<ReplyProfile> {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}
