// The state of one delivery that only the receiver changes.
import type { DeliveryContext } from "./checks/check.js";

/** The context of a delivery, with what only the receiver itself may change. */
export interface OpenDeliveryContext extends DeliveryContext {
  /** Somebody listened when the delivery arrived: times are taken. */
  readonly isHeard: boolean;
  /** On the monotonic clock: what the sender's patience is counted from. */
  readonly arrivedMs: number;
  /** Bytes of the body that count in `maxBufferedBytes`; released when the delivery is answered. */
  heldBytes: number;
}
