// What is a scenario given, and which scenarios does a sender have at all?
import type { SignedDelivery } from "./compose.js";
import type { Stage } from "./scenario-step.js";
import type { SendOptions } from "./test-sender.js";

/** What a scenario is given. */
export interface Scene {
  readonly stage: Stage;
  /** The event: its type, payload, headers. */
  readonly event: SendOptions;
  readonly timeLimitSeconds: number;
  /** How many events have been handled; `undefined` where that cannot be seen. */
  readonly effects: (() => Promise<number>) | undefined;
}

export function unsignable({ stage }: Scene): string | undefined {
  return stage.sender.definition.auth.sign === undefined ? "this sender's deliveries cannot be signed here" : undefined;
}

export function unbound(scene: Scene): string | undefined {
  const { covers } = scene.stage.sender.definition.auth;
  const isBound = covers.body || (covers.fields?.length ?? 0) > 0;
  return unsignable(scene) ?? (isBound ? undefined : "the proof of this sender binds nothing of what is sent");
}

export function untimed(scene: Scene): string | undefined {
  const { auth, toleranceSeconds } = scene.stage.sender.definition;
  const isJudged = auth.signsTime && toleranceSeconds !== null;
  return unsignable(scene) ?? (isJudged ? undefined : "this sender signs no time that could be judged");
}

export function unproven({ stage }: Scene): string | undefined {
  return stage.sender.definition.confirm === undefined
    ? undefined
    : "most events of this sender come unsigned; `confirm` vouches for them";
}

/** Whatever it is signed with, nothing of it is a proof. */
export function keyless(scene: Scene): string | undefined {
  const { auth, confirm } = scene.stage.sender.definition;
  const { covers, credentialHeaders, credentialQuery = [] } = auth;
  const isBare = credentialHeaders.length + credentialQuery.length + (covers.fields?.length ?? 0) === 0 && !covers.body;
  return unsignable(scene) ?? (confirm !== undefined && isBare ? "this sender signs nothing" : undefined);
}

/** An event that came before is not told apart without an id that stays the same. */
export function hasNoId({ stage }: Scene, request: Pick<SignedDelivery, "id"> | undefined): boolean {
  return stage.sender.definition.dedupe === false || request?.id === undefined;
}
