// Asks @hookflo/tern, which verifies webhooks of many vendors, whether it accepts a delivery.
import { WebhookVerificationService } from "@hookflo/tern";
import type { Signed } from "./signed.js";

type Platform = Parameters<typeof WebhookVerificationService.verifyWithPlatformConfig>[1];

export function isAcceptedByTern(platform: Platform, secret: string): (signed: Signed) => Promise<boolean> {
  return async ({ url, headers, body }) => {
    const request = new Request(url, { method: "POST", headers: { ...headers }, body });
    return (await WebhookVerificationService.verifyWithPlatformConfig(request, platform, secret)).isValid;
  };
}
