// The package as it is published. By path: `tsx` would resolve the name "hookgate" to the sources.

export const hookgate: typeof import("../src/index.js") = await load("index.js");
export const senders: typeof import("../src/senders/index.js") = await load("senders/index.js");

/** What is not public, for questions about one part. */
export async function load<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../dist/${path}`, import.meta.url).href)) as Module;
}
