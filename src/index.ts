// The public names of hookgate.
export type { Auth, Covers, Proof, ProofContext, Proven, Refusal, SignableRequest } from "./auth/auth.js";
export type { ClientAddressSource } from "./checks/client-address.js";
export type { AllowEntry, AllowOption, AllowRules } from "./checks/source-address.js";
export { createReceiver, type Receiver } from "./create-receiver.js";
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./dedupe/memory.js";
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
} from "./dedupe/store.js";
export type { Delivery, DeliveryHead, DeliveryInput, PeerCertificate } from "./delivery.js";
export type { OutcomeMessage, ReceiverFacts } from "./diagnostics.js";
export type { ArrivalMessage, HandlerMessage, StoreMessage } from "./diagnostics-work.js";
export type { Enrolment, EnrolOptions } from "./enrolment.js";
export { Discard, RetryLater, WebhookError, type WebhookErrorCode } from "./errors.js";
export type { AnyEvents, EventMap, EventOf, Matching, Pattern, WebhookEvent, WithActions } from "./event.js";
export { dotted, type Field, form, header, json, type Locate, literal, query, type TimeFormat } from "./field.js";
export type { Context, DedupeState, InboxContext, Json } from "./handle/context.js";
export type { Handler, HandlerWith } from "./handlers.js";
export type { FetchOptions } from "./http/fetch.js";
export { captureRawBody } from "./http/raw-body.js";
export type {
  Inbox,
  InboxCounts,
  InboxEntry,
  InboxJob,
  InboxNeeds,
  InboxQuery,
  InboxRecord,
  InboxState,
  InboxVerdict,
  InboxWork,
  InboxWorker,
  PutAnswer,
} from "./inbox/inbox.js";
export { InboxFullError } from "./inbox/inbox.js";
export { type Spill, spillTo } from "./inbox/spill.js";
export type { WorkOptions } from "./inbox-side.js";
export type { HeadersInput } from "./internal/headers.js";
export type { Logger } from "./operator.js";
export type { DedupeOptions, InboxReceiverOptions, OrderOptions, ReceiverOptions } from "./options.js";
export {
  type EventOutcome,
  type Note,
  OUTCOMES,
  type Outcome,
  type OutcomeName,
  type OutcomeRow,
  type Reply,
} from "./outcome.js";
export type { PublishedList } from "./published/refreshed-list.js";
export {
  type HasAddresses,
  type KnownList,
  type PublishedOptions,
  type PublishedSource,
  published,
} from "./published.js";
export type { FinishReply, ReplyGrounds } from "./reply.js";
export type { ReplyProfile } from "./reply-profile.js";
export type { EventSchema, Schemas } from "./schema.js";
export {
  type BodyFormat,
  type BodyFormats,
  type Confirm,
  defineSender,
  type EventRow,
  type Handshake,
  type PublishedAddresses,
  type Sender,
  type SenderDefinition,
} from "./sender.js";
export type { CheckVerdict, TraceLine } from "./trace.js";
