// The public names of hookgate.

export type { BodyFormat, BodyFormats } from "./body-formats/format.js";
export type { Auth, Covers, Proof, ProofContext, Proven, Refusal, SignableRequest } from "./core/auth.js";
export type { Delivery, DeliveryHead, DeliveryInput, PeerCertificate } from "./core/delivery.js";
export type {
  ArrivalMessage,
  HandlerMessage,
  OutcomeMessage,
  ReceiverFacts,
  StoreMessage,
} from "./core/diagnostics.js";
export { Discard, RetryLater, WebhookError, type WebhookErrorCode } from "./core/errors.js";
export type { WebhookEvent } from "./core/event.js";
export type { AnyEvents, EventMap, EventOf, Matching, Pattern, WithActions } from "./core/event-map.js";
export { dotted, type Field, form, header, json, type Locate, literal, query } from "./core/field.js";
export type { EventOutcome, Note, Outcome } from "./core/outcome.js";
export { OUTCOMES, type OutcomeName, type OutcomeRow } from "./core/outcomes.js";
export type { FinishReply, Reply, ReplyGrounds, ReplyProfile } from "./core/reply.js";
export type { EventSchema, Schemas } from "./core/schema.js";
export type { CheckResult, TraceLine } from "./core/trace.js";
export { createReceiver, type Receiver } from "./create-receiver.js";
export type {
  Inbox,
  InboxCounts,
  InboxDecision,
  InboxEntry,
  InboxJob,
  InboxNeeds,
  InboxQuery,
  InboxRecord,
  InboxState,
  InboxWork,
  InboxWorker,
  PutAnswer,
} from "./inbox/inbox.js";
export { InboxFullError } from "./inbox/inbox.js";
export { type Spill, spillTo } from "./inbox/spill.js";
export type { ClientAddressSource } from "./ip/client-address.js";
export {
  type HasAddresses,
  type KnownList,
  type PublishedOptions,
  type PublishedSource,
  published,
} from "./ip/published.js";
export type { PublishedList } from "./ip/refreshed-list.js";
export type { HeadersInput } from "./lib/headers.js";
export type { TimeFormat } from "./lib/time.js";
export type { AllowEntry, AllowOption, AllowRules } from "./receiver/checks/source-address.js";
export type { FetchOptions } from "./receiver/http/fetch.js";
export { captureRawBody } from "./receiver/http/raw-body.js";
export type { Logger } from "./receiver/logger.js";
export type { DedupeOptions, InboxReceiverOptions, OrderOptions, ReceiverOptions } from "./receiver/options.js";
export type { Context, DedupeState, InboxContext, Json } from "./receiver/processing/context.js";
export type { Handler, HandlerWith } from "./receiver/processing/handler-registry.js";
export type { WorkOptions } from "./receiver/receiver-inbox.js";
export type { EnrolOptions } from "./receiver/secret-enrolment.js";
export { defineSender } from "./sender/define-sender.js";
export type {
  Confirm,
  Enrolment,
  EventRow,
  Handshake,
  PublishedAddresses,
  Sender,
  SenderDefinition,
} from "./sender/sender.js";
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./stores/memory/memory-store.js";
export {
  type BeginAnswer,
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type DoneRecord,
  type HolderAnswer,
  type OpenTransaction,
  type OrderAnswer,
  StoreFullError,
  type StoreNeeds,
} from "./stores/store.js";
