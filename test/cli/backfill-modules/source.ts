// Where the application lists past events.
import { stripeEvents } from "hookgate/backfill";

const { STRIPE_API_KEY, STRIPE_URL = "", TIMEOUT_SECONDS = "30" } = process.env;
export const source = stripeEvents({
  apiKey: STRIPE_API_KEY as string,
  baseUrl: STRIPE_URL,
  tries: 1,
  timeoutSeconds: Number(TIMEOUT_SECONDS),
});
