// Names that other libraries use for our options, for advice on unknown ones.
import type { OtherNames } from "../lib/options.js";

/** For `createReceiver(sender, options)`. */
export const RECEIVER_OTHER_NAMES: OtherNames = {
  // Express, Fastify
  trustProxy: "trustedProxies",
  "trust proxy": "trustedProxies",
  proxy: "trustedProxies",
  limit: "maxBodyBytes",
  bodyLimit: "maxBodyBytes",
  // address filters
  allowlist: "allow",
  ipAllowlist: "allow",
  whitelist: "allow",
  ipWhitelist: "allow",
  allowedIps: "allow",
  ips: "allow",
  // verifiers
  secret: "a secret goes to the sender, such as createReceiver(stripe({ secret }))",
  secrets: "secrets go to the sender, such as createReceiver(stripe({ secret: [current, previous] }))",
  token: "a token goes to the sender, such as createReceiver(gitlab({ token }))",
  tolerance: "toleranceSeconds",
  maxAge: "toleranceSeconds",
  clock: "now",
  url: "publicUrl",
  baseUrl: "publicUrl",
  https: "requireHttps",
  // time limits
  timeout:
    'there are two: "answerWithinSeconds" is when the sender is answered, "handlerTimeoutSeconds" when the handler\'s signal aborts',
  timeoutMs:
    'there are two, both in seconds: "answerWithinSeconds" is when the sender is answered, "handlerTimeoutSeconds" when the handler\'s signal aborts',
  concurrency: "maxConcurrent",
  // dedupe
  store: "a store goes into dedupe: { store }",
  idempotency: "dedupe",
  idempotencyStore: "a store goes into dedupe: { store }",
  deduplication: "dedupe",
  ttl: "how long events are remembered is dedupe: { retentionSeconds }",
  retentionSeconds: "it goes into dedupe: { retentionSeconds }",
  // handlers and schemas
  handlers: "handlers are registered: receiver.on(type, handler)",
  on: "handlers are registered: receiver.on(type, handler)",
  schema: 'schemas go by type: events: { "invoice.paid": schema }',
  schemas: "events",
  log: "logger",
};

/** For `dedupe: { … }`. */
export const DEDUPE_OTHER_NAMES: OtherNames = {
  ttl: "retentionSeconds",
  ttlSeconds: "retentionSeconds",
  expiry: "retentionSeconds",
  lockSeconds: "leaseSeconds",
  lockTimeout: "leaseSeconds",
  lease: "leaseSeconds",
  scope: "it goes to the receiver: createReceiver(sender, { scope, dedupe })",
};
