// What the application and its driver agree on.
export const ORIGIN = "https://example.com";
export const MAX_BODY_BYTES = 16_384;
export const ANSWER_WITHIN_SECONDS = 0.1;
export const HANDLER_TIMEOUT_SECONDS = 0.3;

/** The first part of a path: handlers that end at once, and handlers that wait for their signal. */
export const GROUPS = ["webhooks", "slow"] as const;
export type Group = (typeof GROUPS)[number];
