// Finds a sender by name in hookgate/senders, or in a file of the user.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { nearest } from "../../lib/nearest.js";
import type { Sender } from "../../sender/sender.js";
import type { SenderDescription } from "../../senders/facts/index.js";
import type { SenderFactory } from "../../senders/shared/factory.js";
import { UsageError } from "../lib/usage-error.js";

/** A sender that can be built. */
export interface KnownSender {
  readonly name: string;
  /** Names of its options. Empty when a file exports a finished sender. */
  readonly options: readonly string[];
  /** `undefined` for a sender of the user. */
  readonly about: SenderDescription | undefined;
  /** @throws {TypeError} As its factory does. */
  build(options: Readonly<Record<string, unknown>>): Sender<never>;
}

/** All senders, sorted by title. Loaded with `import()`, so that `--help` does not load them. */
export async function knownSenders(): Promise<readonly (KnownSender & { readonly about: SenderDescription })[]> {
  const factories = Object.values(
    (await import("../../senders/index.js")) as unknown as Readonly<Record<string, unknown>>,
  );
  const { describeSender } = await import("../../senders/facts/index.js");
  return factories
    .filter(isFactory)
    .map((factory) => ({
      name: factory.about.name,
      options: factory.about.options,
      about: describeSender(factory.about),
      build: (options: object) => buildWith(factory, options),
    }))
    .sort((a, b) => a.about.title.localeCompare(b.about.title, "en"));
}

/** Stand-ins for options that are functions of the application. */
const STAND_INS: Readonly<Record<string, () => boolean>> = { confirm: () => true, enrol: () => true };

/** Uses stand-ins only when the factory requires them: with `confirm` some senders accept unsigned deliveries. */
function buildWith(factory: SenderFactory<object>, options: object): Sender<never> {
  try {
    return factory(options as never) as unknown as Sender<never>;
  } catch (error) {
    const missing = Object.entries(STAND_INS).filter(([name]) => factory.about.options.includes(name));
    if (missing.length === 0) throw error;
    try {
      return factory({ ...Object.fromEntries(missing), ...options } as never) as unknown as Sender<never>;
    } catch {
      throw error; // the first error names the wrong option
    }
  }
}

function isFactory(value: unknown): value is SenderFactory<object> {
  return typeof value === "function" && "about" in value;
}

/** @throws {UsageError} When there is no such sender. The message has the closest name. */
export async function findSender(name: string): Promise<KnownSender> {
  if (/[/\\]|\.[cm]?[jt]s(#|$)/.test(name)) return fromFile(name);
  const known = await knownSenders();
  const wanted = simple(name);
  const found = known.find(({ about }) =>
    [about.name, about.factory, about.title].some((one) => simple(one) === wanted),
  );
  if (found !== undefined) return found.options.includes("xml") ? withXml(found) : found;
  const names = known.map((one) => one.name);
  const near = nearest(name, names);
  throw new UsageError(
    `there is no sender ${JSON.stringify(name)}; ${near === undefined ? "hookgate senders lists them; your own sender is loaded from its file, as in --sender ./erp.js" : `did you mean ${near}?`}`,
  );
}

/** Adds the XML format that an application passes in; it is loaded for these senders only. */
async function withXml(known: KnownSender): Promise<KnownSender> {
  const { xml } = await import("../../body-formats/xml.js");
  return { ...known, build: (options) => known.build({ xml: xml(), ...options }) };
}

function simple(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Loads `./erp.js` or `./senders.js#erp`: a sender, or a function from options to a sender. */
async function fromFile(given: string): Promise<KnownSender> {
  const [path = "", wanted] = given.split("#", 2);
  if (!existsSync(path)) throw new UsageError(`--sender: there is no file ${path}`);
  const exported = (await import(pathToFileURL(resolve(path)).href)) as Readonly<Record<string, unknown>>;
  const names = Object.keys(exported).filter(
    (name) => isSender(exported[name]) || typeof exported[name] === "function",
  );
  const name =
    wanted ?? ["sender", "default"].find((one) => names.includes(one)) ?? (names.length === 1 ? names[0] : undefined);
  const value = name === undefined ? undefined : exported[name];
  if (isSender(value)) return { name: value.name, options: [], about: undefined, build: () => value };
  if (typeof value !== "function") {
    throw new UsageError(
      `--sender ${given}: the file must export a sender (from defineSender), or a function of { secret } that returns one, as \`sender\`; --sender ${path}#name selects another export`,
    );
  }
  const build = (options: object): Sender<never> => {
    const made: unknown = value(options);
    if (isSender(made)) return made;
    throw new UsageError(`--sender ${given}: the exported function did not return a sender`);
  };
  return { name: name as string, options: ["secret"], about: undefined, build };
}

function isSender(value: unknown): value is Sender<never> {
  return typeof (value as Sender<never> | undefined)?.definition?.auth?.verify === "function";
}
