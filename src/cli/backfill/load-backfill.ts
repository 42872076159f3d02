// Loads the backfill from a module of the application: a finished backfill, or a receiver and a source.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Backfill } from "../../backfill/backfill.js";
import type { BackfillSettings } from "../../backfill/settings.js";
import type { BackfillSource } from "../../backfill/sources/source.js";
import type { Receiver } from "../../create-receiver.js";
import { asMisuse, UsageError } from "../lib/usage-error.js";

export interface Loaded {
  readonly settings: BackfillSettings;
  /** Stops a schedule that the module itself has started. */
  stop(): Promise<void>;
}

const WANTED_EXPORTS =
  "export the result of backfill(receiver, { source }) as `missed`, or a receiver as `receiver` and a source as `source`";

/**
 * `./webhooks.js`, or `./webhooks.js#missed`.
 *
 * @throws {UsageError} When the module cannot be loaded, exports no backfill, or exports several.
 */
export async function loadBackfill(given: string): Promise<Loaded> {
  const [path = "", name] = given.split("#", 2);
  if (!isFile(path)) throw new UsageError(`there is no file ${path}: give the module that exports the backfill`);
  const exported = exportsOf(await load(path));
  const { backfill, settingsBehind } = await import("../../backfill/backfill.js");
  const { coreOf } = await import("../../create-receiver.js");
  const named = name === undefined ? exported : new Map([[name, exported.get(name)]]);
  if (name !== undefined && !exported.has(name))
    throw new UsageError(
      `${path} has no export ${name}; its exports are ${[...exported.keys()].join(", ") || "nothing"}`,
    );
  const ready = [...named].flatMap(([one, value]) => {
    const settings = settingsBehind(value);
    return settings === undefined ? [] : [{ one, settings, stop: () => (value as Backfill).stop() }];
  });
  if (ready.length > 1)
    throw new UsageError(
      `${path} exports several backfills: choose one with ${ready.map(({ one }) => `${path}#${one}`).join(" or ")}`,
    );
  const [found] = ready;
  if (found !== undefined) return found;
  const receivers = [...named].filter(([, value]) => coreOf(value) !== undefined);
  const sources = [...exported].filter(([, value]) => isSource(value));
  const [receiver, source] = [only("receivers", path, receivers), only("sources", path, sources)];
  if (receiver === undefined || source === undefined) throw nothingIn(path, exported, receiver !== undefined);
  try {
    const options = { source: source as BackfillSource, since: new Date(0) };
    const settings = settingsBehind(backfill(receiver as Receiver<unknown>, options)) as BackfillSettings;
    // As if the application had given no `since`: the date above only avoids the warning.
    return { settings: { ...settings, since: undefined }, stop: async () => undefined };
  } catch (error) {
    throw asMisuse(error);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function load(path: string): Promise<object> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as object;
  } catch (error) {
    const { code, message, name } = error as NodeJS.ErrnoException;
    const isTypescript = code === "ERR_UNKNOWN_FILE_EXTENSION" || (/\.[cm]?tsx?$/.test(path) && name === "SyntaxError");
    const advice = isTypescript
      ? ". This Node cannot load TypeScript: give the built file, or set NODE_OPTIONS='--import tsx' if tsx is installed"
      : "";
    throw new UsageError(`${path} could not be loaded: ${name}: ${message}${advice}`);
  }
}

/** A CommonJS module also has its exports in `default`. */
function exportsOf(module: object): ReadonlyMap<string, unknown> {
  const exports = new Map<string, unknown>(Object.entries(module));
  const whole = exports.get("default");
  exports.delete("module.exports"); // a second copy, since Node 23
  if (typeof whole !== "object" || whole === null || isSource(whole) || isBackfillLike(whole)) return exports;
  exports.delete("default");
  return new Map([...Object.entries(whole), ...exports]);
}

function only(what: string, path: string, found: readonly (readonly [string, unknown])[]): unknown {
  const usual = found.find(([name]) => name === what.slice(0, -1));
  if (found.length < 2 || usual !== undefined) return (usual ?? found[0])?.[1];
  const names = found.map(([name]) => name).join(", ");
  throw new UsageError(`${path} exports several ${what} (${names}): name one of them ${what.slice(0, -1)}`);
}

/** An object that looks like a receiver or backfill but is unknown was created by another installation of hookgate. */
function nothingIn(path: string, exported: ReadonlyMap<string, unknown>, isReceiver: boolean): UsageError {
  const foreign = [...exported].find(([, value]) => isBackfillLike(value) || (!isReceiver && isReceiverLike(value)));
  if (foreign !== undefined) {
    return new UsageError(
      `${path}: ${foreign[0]} was created by another installation of hookgate: run the one of the application, with npx hookgate in its folder`,
    );
  }
  const names = [...exported.keys()].join(", ");
  if (isReceiver)
    return new UsageError(
      `${path} exports a receiver but no source of past events. Export one as \`source\`, such as stripeEvents({ apiKey })`,
    );
  return new UsageError(
    `${path} exports ${names === "" ? "nothing" : names}, and no backfill: ${WANTED_EXPORTS}. A backfill that a function creates later is not found`,
  );
}

function isSource(value: unknown): boolean {
  const one = value as Partial<BackfillSource> | undefined | null;
  return typeof one === "object" && one !== null && typeof one.pages === "function" && typeof one.name === "string";
}

function isBackfillLike(value: unknown): boolean {
  const one = value as { run?: unknown; start?: unknown; stop?: unknown } | undefined | null;
  return (
    typeof one === "object" && one !== null && [one.run, one.start, one.stop].every((f) => typeof f === "function")
  );
}

function isReceiverLike(value: unknown): boolean {
  const one = value as { receive?: unknown; on?: unknown } | undefined;
  return typeof value === "function" && typeof one?.receive === "function" && typeof one.on === "function";
}
