// Refuses what did not come over HTTPS, by the socket, the adapter or a trusted proxy.
import type { DeliveryHead } from "../../core/delivery.js";
import type { Rejection } from "../../core/outcome.js";
import { passed, type TraceLine } from "../../core/trace.js";
import type { ClientAddressSource } from "../../ip/client-address.js";
import { REPEATED } from "../../lib/headers.js";
import { type AddressRanges, compileRanges } from "../../lib/ip/address-ranges.js";
import type { Check } from "./check.js";

export interface HttpsOptions {
  readonly requireHttps?: boolean | undefined;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly clientAddress?: ClientAddressSource | undefined;
}

const CHECK = "https";
const PASSED: TraceLine = /* @__PURE__ */ passed(CHECK);

const UNENCRYPTED =
  "requireHttps is set and the connection is not encrypted: call the https URL; behind a proxy that ends TLS, set trustedProxies";
const UNKNOWN =
  "requireHttps is set, and whether the connection is encrypted is not known: pass isSecure, as in receiver.fetch(request, { isSecure: true }) on a platform that takes HTTPS alone; behind a proxy that ends TLS, set trustedProxies and pass remoteAddress";
const NO_PROTO = "the trusted proxy sent no X-Forwarded-Proto: let it set that header, or end TLS here";
const REPEATED_PROTO =
  "X-Forwarded-Proto has more than one value: the trusted proxy must replace what came, not add to it";
const PLAIN_PROTO = "the trusted proxy says the client did not use HTTPS: call the https URL";

const NO_EXPRESS_PROTO =
  'requireHttps is set and clientAddress is "express", but there is no req.protocol: mount on an Express app';
const PLAIN_EXPRESS_PROTO =
  "Express says the client did not use HTTPS: call the https URL; behind a proxy that ends TLS, set the app's `trust proxy` to its addresses";

/**
 * Refuses a delivery that did not come over HTTPS. The URL of a request says nothing, for clients write it. A trusted
 * proxy's `X-Forwarded-Proto` counts if it is one value; anyone else's counts for nothing. With `clientAddress: "express"` the app's own `trust proxy` decides whom it trusts.
 *
 * @throws {TypeError} When built with a malformed proxy.
 */
export function httpsCheck(options: HttpsOptions): Check | undefined {
  const { requireHttps = false, trustedProxies, clientAddress } = options;
  if (typeof requireHttps !== "boolean") throw new TypeError("requireHttps must be true or false");
  if (!requireHttps) return undefined;
  const trusted =
    trustedProxies === undefined ? undefined : compileRanges(trustedProxies, { option: "trustedProxies" });

  return function https(ctx): Rejection | undefined {
    const { delivery } = ctx;
    const hint = clientAddress === "express" ? whyNotByExpress(delivery) : whyNotHttps(delivery, trusted);
    ctx.trace.add(hint === undefined ? PASSED : { check: CHECK, result: "refused", hint });
    return hint === undefined ? undefined : { name: "forbidden", hint };
  };
}

function whyNotByExpress(head: DeliveryHead): string | undefined {
  if (head.isSecure === true) return undefined;
  const proto = head.expressProtocol?.();
  if (proto === undefined) return NO_EXPRESS_PROTO;
  return proto === "https" ? undefined : PLAIN_EXPRESS_PROTO;
}

function whyNotHttps(head: DeliveryHead, trusted: AddressRanges | undefined): string | undefined {
  if (head.isSecure === true) return undefined;
  const peer = head.remoteAddress;
  if (trusted === undefined || peer === undefined || !trusted.contains(peer)) {
    return head.isSecure === undefined ? UNKNOWN : UNENCRYPTED;
  }
  const proto = head.headers.once("x-forwarded-proto");
  if (proto === undefined) return NO_PROTO;
  if (proto === REPEATED || proto.includes(",")) return REPEATED_PROTO;
  return proto.trim().toLowerCase() === "https" ? undefined : PLAIN_PROTO;
}
