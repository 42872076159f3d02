// Finds the command, runs it and returns its exit code.
import { readFileSync } from "node:fs";
import { nearest } from "../lib/nearest.js";
import { backfill } from "./commands/backfill.js";
import { check } from "./commands/check.js";
import { COMPLETE, completion } from "./commands/completion.js";
import { endpoints } from "./commands/endpoints.js";
import { inbox } from "./commands/inbox.js";
import { replay } from "./commands/replay.js";
import { send } from "./commands/send.js";
import { senders } from "./commands/senders.js";
import { verify } from "./commands/verify.js";
import { type Command, type OptionSpec, readArguments } from "./lib/command.js";
import { candidatesFor } from "./lib/complete.js";
import { helpOf, overview } from "./lib/help.js";
import { type Io, plain, printing } from "./lib/io.js";
import { paintFor } from "./lib/paint.js";
import { UsageError } from "./lib/usage-error.js";

const COMMANDS: readonly Command[] = [send, verify, check, senders, replay, inbox, endpoints, backfill, completion];

/** Never rejects. @returns The exit code. */
export async function run(args: readonly string[], world: Io): Promise<number> {
  const isJson = args.includes("--json");
  const io = printing(world, isJson);
  const isOff = args.includes("--no-color");
  const paint = paintFor({ isTerminal: io.isOutTerminal, env: io.env, isOff });
  const paintError = paintFor({ isTerminal: io.isErrTerminal, env: io.env, isOff });
  function failed(error: unknown, code: number): number {
    const message = error instanceof Error ? error.message : String(error);
    if (isJson) io.out(`${JSON.stringify({ error: message })}\n`);
    else io.err(`${paintError("red", "hookgate:")} ${plain(message)}\n`);
    return code;
  }
  try {
    const [name, ...rest] = args;
    if (name === undefined || name === "help" || name === "--help" || name === "-h") {
      const topic = name === undefined ? undefined : rest.find((word) => !word.startsWith("-"));
      io.out(topic === undefined ? overview(COMMANDS, paint) : helpOf(find(topic), paint));
      return name === undefined ? 2 : 0;
    }
    if (name === COMPLETE) {
      for (const word of await candidatesFor(rest, COMMANDS, valuesOf)) io.out(`${word}\n`);
      return 0;
    }
    if (name === "--version" || name === "-v" || name === "version") {
      io.out(`${version()}\n`);
      return 0;
    }
    const command = find(name);
    if (rest.includes("--help") || rest.includes("-h")) {
      io.out(helpOf(command, paint));
      return 0;
    }
    return await command.run(readArguments(command, rest), { io, paint, isJson });
  } catch (error) {
    if (error instanceof UsageError) return failed(error, 2);
    return failed(error, 3);
  }
}

/** The values of options for the completion of shells, loaded on demand. */
async function valuesOf(kind: NonNullable<OptionSpec["completes"]>): Promise<readonly string[]> {
  if (kind === "inbox-state") return ["waiting", "running", "dead", "done"];
  if (kind === "sender")
    return (await import("./senders/find-sender.js")).knownSenders().then((all) => all.map((one) => one.name));
  return [...(await import("../testing/scenarios/index.js")).scenarioNames, "all"];
}

/** The version in the package.json of this package, built or not. */
function version(): string {
  const path = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** @throws {UsageError} When there is no such command. */
function find(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = COMMANDS.map((command) => command.name);
  const near = nearest(name, names);
  throw new UsageError(
    `there is no command ${JSON.stringify(name)}; ${near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`}`,
  );
}
