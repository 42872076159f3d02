// What is loaded on first need, and at once? A built-in module, or a package: `import()` would make the caller wait.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export function loadNet(): typeof import("node:net") {
  return require("node:net") as typeof import("node:net");
}

export function loadQuerystring(): typeof import("node:querystring") {
  return require("node:querystring") as typeof import("node:querystring");
}
