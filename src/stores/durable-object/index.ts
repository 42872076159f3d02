// The public names of hookgate/stores/durable-object.

export type { DurableObjectStorage } from "../../lib/sqlite/durable-object.js";
export type { HostClocks } from "../../lib/sqlite/file-clock.js";
export { DedupeObject, type DedupeObjectState } from "./dedupe-object.js";
export {
  type DurableObjectNamespace,
  type DurableObjectStoreOptions,
  durableObjectStore,
} from "./durable-object-store.js";
