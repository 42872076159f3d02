// A delivery on its way to a check, as the receiver opens it.
import { type Delivery, type DeliveryInput, toDelivery } from "../../../src/core/delivery.js";
import { Trace } from "../../../src/core/trace.js";
import { NOT_SWAPPABLE } from "../../../src/dedupe/claim-subject.js";
import type { DeliveryContext } from "../../../src/receiver/checks/check.js";

export function passageOf(input: DeliveryInput, more: Partial<Delivery> = {}): DeliveryContext {
  return {
    delivery: { ...toDelivery(input), ...more },
    trace: new Trace(false),
    receivedAtMs: 0,
    clientAddress: undefined,
    proof: undefined,
    payload: undefined,
    events: [],
    malformed: [],
    binding: NOT_SWAPPABLE,
  };
}
