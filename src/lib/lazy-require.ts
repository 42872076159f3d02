// What is loaded on first need, and at once? A built-in module, or a package: `import()` would make the caller wait.
import { createRequire } from "node:module";

/** Made on first need as well: making it is 0.3 ms of an import. */
let require: NodeJS.Require | undefined;

function load(name: string): unknown {
  require ??= createRequire(import.meta.url);
  return require(name);
}

export function loadNet(): typeof import("node:net") {
  return load("node:net") as typeof import("node:net");
}

export function loadQuerystring(): typeof import("node:querystring") {
  return load("node:querystring") as typeof import("node:querystring");
}

export function loadIpaddr(): typeof import("ipaddr.js") {
  return load("ipaddr.js") as typeof import("ipaddr.js");
}
