// Signs the verdicts that WorkOS' actions wait for: whether a user may sign in or register.
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { FinishReply } from "../core/reply.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";

/** What an action asks: may this user sign in, may this one register? It waits for the answer. */
export const WORKOS_ACTION: EventRow = { id: /* @__PURE__ */ json("id"), type: /* @__PURE__ */ json("object") };
const ACTION = /^(authentication|user_registration)_action_context$/;

/** What is signed of a verdict. It is signed with the key of deliveries, and no delivery's body starts like it. */
export const WORKOS_VERDICT: RegExp = /\d+\.\{"timestamp":\d+,"verdict":"(?:Allow|Deny)".*\}/s;

export function workosActionOf(payload: unknown): string | undefined {
  const object = memberOf(payload, "object");
  return typeof object === "string" ? ACTION.exec(object)?.[1] : undefined;
}

/** A handler's verdict becomes what WorkOS reads: dated and signed. Any other reply is sent unchanged. */
export const signWorkosVerdict: FinishReply = (reply, { payload, proof, nowMs }) => {
  const action = workosActionOf(payload);
  const given = action === undefined ? undefined : parseJson(Buffer.from(reply.body));
  const verdict = given?.ok ? memberOf(given.value, "verdict") : undefined;
  if (proof.signReply === undefined || (verdict !== "Allow" && verdict !== "Deny")) return reply;
  const reason = given?.ok ? memberOf(given.value, "error_message") : undefined;
  const answer = {
    timestamp: nowMs,
    verdict,
    ...(verdict === "Deny" && typeof reason === "string" ? { error_message: reason } : {}),
  };
  const signature = proof.signReply(`${nowMs}.${JSON.stringify(answer)}`);
  return {
    status: reply.status,
    headers: { ...reply.headers, "content-type": "application/json" },
    body: JSON.stringify({ object: `${action}_action_response`, payload: answer, signature }),
  };
};
