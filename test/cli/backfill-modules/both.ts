// A receiver and a source.
export { receiver } from "./receiver.js";
export { source } from "./source.js";
