// The public names of hookgate/stores/d1.
export { type D1Database, type D1Statement, type D1Store, d1Store } from "./d1-store.js";
