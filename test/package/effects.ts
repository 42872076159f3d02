// A script that loads every entry point, by import and by require, and prints what each has changed in the process.

/** What a module could leave behind: globals, prototypes, listeners, timers, handles, settings. */
const SNAPSHOT = `
  const watched = {
    global: globalThis, process, env: process.env, Error, Buffer,
    ...Object.fromEntries(["Object", "Array", "Function", "Error", "Promise", "Map", "String", "RegExp"].map(
      (name) => [name + ".prototype", globalThis[name].prototype])),
    IncomingMessage: http.IncomingMessage.prototype, ServerResponse: http.ServerResponse.prototype,
    "http.globalAgent": http.globalAgent,
  };
  function snapshot() {
    const seen = new Map();
    for (const [name, object] of Object.entries(watched))
      for (const key of Reflect.ownKeys(object)) {
        const { value, get } = Reflect.getOwnPropertyDescriptor(object, key);
        // Of what Node itself counts on, such as times, only that it is there.
        seen.set(name + " " + String(key), typeof value === "function" ? value : (get ?? typeof value));
      }
    for (const event of process.eventNames()) seen.set("on " + String(event), process.listenerCount(event));
    for (const resource of process.getActiveResourcesInfo()) seen.set("active " + resource, true);
    seen.set("stackTraceLimit", Error.stackTraceLimit);
    seen.set("exitCode", process.exitCode);
    return seen;
  }
`;

/** Prints \`[how, specifier, what]\` for each difference. \`planted\` is run as if it were a module, so that a test sees the check fail. */
export function effectsScript(specifiers: readonly string[], planted = ""): string {
  return `
    import http from "node:http";
    import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);
    for (const lazy of ["fetch", "crypto", "WebSocket", "navigator", "Request", "performance"]) globalThis[lazy];
    ${SNAPSHOT}
    const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
    const effects = [];
    async function watch(how, specifier, load) {
      await settled();
      const before = snapshot();
      await load();
      await settled();
      for (const [what, value] of snapshot())
        if (before.get(what) !== value) effects.push([how, specifier, what]);
    }
    for (const specifier of ${JSON.stringify(specifiers)}) {
      await watch("import", specifier, () => import(specifier));
      await watch("require", specifier, () => require(specifier));
    }
    if (${JSON.stringify(planted !== "")}) await watch("planted", "", () => { ${planted} });
    console.log(JSON.stringify(effects));
    process.exit(0);
  `;
}
