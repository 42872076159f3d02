// Turns a request that is being signed into the delivery that a receiver would get.

import type { SignableRequest } from "../../core/auth.js";
import { type Delivery, toDelivery } from "../../core/delivery.js";

export function deliveryToSign({ method, url, headers, body }: SignableRequest): Delivery {
  return toDelivery({ method, url: targetOf(url), headers, body });
}

/** Path and query of an absolute URL as they are written: `new URL` would rewrite what is signed. */
export function targetOf(url: string): string {
  const [whole = ""] = url.split("#", 1);
  const target = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*(.*)$/is.exec(whole)?.[1] ?? whole;
  return target.startsWith("/") ? target : `/${target}`;
}
