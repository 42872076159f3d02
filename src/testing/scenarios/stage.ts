// One delivery of a scenario: what was sent, what came back, and what a sender, or an attacker, makes of that.
import { randomUUID } from "node:crypto";
import type { RequestListener, Server } from "node:http";
import type { Sender } from "../../sender/sender.js";
import type { SignedDelivery } from "../../test-sender/compose.js";
import { NoAnswer, type WireAnswer, type WireOptions, wire } from "../../test-sender/http-client.js";
import { type Hostable, type Hosting, host } from "../../test-sender/listen.js";
import { destinationAt, targetWith } from "../../test-sender/target-url.js";
import type { SendTo, TestTarget } from "../../test-sender/targets.js";
import {
  createTestSender,
  type SendOptions,
  type SentDelivery,
  type TestSenderOptions,
} from "../../test-sender/test-sender.js";

/** A delivery of a scenario, and its answer. */
export interface ScenarioStep {
  /** Such as `the same event again`. */
  readonly what: string;
  /** `undefined` where no answer came. */
  readonly status: number | undefined;
  /** The `code` of a rejection of hookgate's. */
  readonly code: string | undefined;
  /** Why no answer came. */
  readonly error: string | undefined;
  /** From the delivery's last byte to the answer's. */
  readonly answeredMs: number;
}

/** A step with what only the scenario itself looks at. */
export interface Step extends ScenarioStep {
  readonly sent: SentDelivery | undefined;
  readonly errorCode: string | undefined;
}

/** Sends the deliveries of one scenario. */
export interface Stage {
  readonly sender: Sender<never>;
  /** Deliveries go over HTTP. */
  readonly isWire: boolean;
  send(what: string, options: SendOptions, pieces?: WireOptions["pieces"]): Promise<Step>;
  sign(options: Pick<SendOptions, "type" | "payload" | "body" | "headers">): Promise<SignedDelivery>;
  close(): Promise<void>;
}

export interface StageOptions extends TestSenderOptions {
  readonly path?: string;
  readonly timeLimitSeconds: number;
  /** Each delivery is an event of its own, whatever id its payload has. Default: an id that the payload has stays. */
  readonly hasOwnIds?: boolean;
  readonly signal?: AbortSignal;
}

export function openStage(sender: Sender<never>, target: TestTarget, options: StageOptions): Stage {
  const { path, timeLimitSeconds, hasOwnIds = false, signal, ...own } = options;
  const url = typeof target === "string" || target instanceof URL ? String(target) : undefined;
  const app = isApp(target) ? target : undefined;
  const test = createTestSender(sender, url === undefined ? own : { url, ...own });
  const limits: WireOptions = { timeoutMs: timeLimitSeconds * 1000, ...(signal === undefined ? {} : { signal }) };
  let hosting: Promise<Hosting> | undefined;

  function ownId(): { readonly id?: string } {
    return hasOwnIds ? { id: `evt_${randomUUID()}` } : {};
  }

  async function deliver(signed: SignedDelivery, how: SendTo, more: WireOptions): Promise<WireAnswer> {
    if (url !== undefined) return wire(destinationAt(url, signed, how.path), signed, more);
    hosting ??= host(app as Hostable);
    return wire({ ...(await hosting), target: targetWith(signed.url, how.path), isOwn: true }, signed, more);
  }

  async function send(what: string, sendOptions: SendOptions, pieces?: WireOptions["pieces"]): Promise<Step> {
    const more: WireOptions = pieces === undefined ? limits : { ...limits, pieces };
    let answeredMs: number | undefined;
    const startedAtMs = performance.now();
    const to: TestTarget =
      url === undefined && app === undefined
        ? target
        : {
            async deliver(signed, how) {
              const answer = await deliver(signed, how, more);
              answeredMs = answer.answeredMs;
              return answer;
            },
          };
    const where = path === undefined ? {} : { path };
    const id = sendOptions.duplicateOf === undefined ? ownId() : {};
    try {
      const sent = await test.send(to, { ...where, ...id, ...sendOptions });
      answeredMs ??= performance.now() - startedAtMs;
      return { what, status: sent.status, code: sent.code, error: undefined, errorCode: undefined, answeredMs, sent };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const { code, message } = error;
      const ms = performance.now() - startedAtMs;
      return {
        what,
        status: undefined,
        code: undefined,
        error: message,
        errorCode: code,
        answeredMs: ms,
        sent: undefined,
      };
    }
  }

  return {
    sender,
    isWire: url !== undefined || app !== undefined,
    send,
    sign: (request) => test.sign({ ...ownId(), ...request }),
    close: async () => (await hosting)?.release(),
  };
}

function isApp(target: TestTarget): target is RequestListener | Server {
  const { receive, listen } = target as { receive?: unknown; listen?: unknown };
  return (typeof target === "function" && receive === undefined) || typeof listen === "function";
}
