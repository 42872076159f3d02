// A receiver that is asked for its handshake, and the reply that a handshake expects.
import { type Delivered, delivered } from "./deliver.js";
import { anySender, HOOK_URL } from "./send.js";

export function at(sender: unknown): Delivered {
  const described = anySender(sender);
  return delivered(described, described.definition.auth.needsPublicUrl ? { publicUrl: HOOK_URL } : {});
}

export function answered(body: string): object {
  return { name: "handshake", reply: { status: 200, body } };
}
