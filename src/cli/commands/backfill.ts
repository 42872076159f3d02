// `hookgate backfill`: runs the application's backfill once, from the cursor or from a given time.
import type { BackfillProgress, BackfillReport } from "../../backfill/report.js";
import type { BackfillSettings } from "../../backfill/settings.js";
import type { BackfillFrom, BackfillPage, BackfillSource } from "../../backfill/sources/source.js";
import { printSummary, summarise } from "../backfill/backfill-report.js";
import { loadBackfill } from "../backfill/load-backfill.js";
import { watchModule } from "../backfill/module-faults.js";
import type { Command, Context, ExitCode, Given } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { sinceMs } from "../lib/since.js";
import { UsageError } from "../lib/usage-error.js";
import { readText } from "../senders/secrets.js";

/** Time for the handlers of the last events to finish. */
const CLOSE_SECONDS = 10;

export const backfill: Command = {
  name: "backfill",
  summary: "Fetches missed events from the sender and runs the application's handlers.",
  usage: "<module> [--since TIME|DURATION]",
  details: [
    "<module> is a file of the application, such as ./webhooks.js. It exports the result of backfill(receiver, { source }), or a receiver as `receiver` and a source as `source`; ./webhooks.js#name selects one of several. The command imports the module, so the module must not listen on a port when it is imported. It must have registered the handlers, which run in this process.",
    "Each event passes the receiver's dedupe: an event that arrived by webhook is not handled again. The cursor is saved in the store after every page. Without --since a run continues from the cursor, so an interrupted run is resumed.",
    "Exit code 1: an event failed or was skipped, the sender's API or the store failed, another process is running the backfill, or the run was interrupted.",
  ],
  options: {
    since: {
      type: "string",
      value: "TIME|DURATION",
      help: "Start from this time and ignore the cursor: RFC 3339, or a duration before now such as 24h. Default: the cursor.",
    },
    "env-file": {
      type: "string",
      isList: true,
      value: "PATH",
      help: "A .env file for the module. Variables of the environment take precedence.",
    },
    "without-dedupe": {
      type: "boolean",
      help: "Run although this process cannot see which events arrived by webhook (memoryStore, or no dedupe). Those are handled again.",
    },
  },
  examples: [
    "hookgate backfill ./webhooks.js",
    "hookgate backfill ./webhooks.js --since 24h",
    "hookgate backfill ./webhooks.js#githubMissed --since 2026-11-24T08:00:00Z --env-file .env --json",
  ],
  async run(given, context) {
    const [path, ...others] = given.positionals;
    const { io } = context;
    if (path === undefined || others.length > 0)
      throw new UsageError(`backfill takes one module: hookgate backfill ./webhooks.js [--since 24h]`);
    const since = given.text("since");
    const fromMs = since === undefined ? undefined : sinceMs(since, io.now());
    readEnvFiles(given);
    if (context.isJson) redirectConsole();
    // Connections of the application would keep the process alive.
    io.endAfterwards();
    const faults = watchModule(path, io.signal);
    const loaded = await faults.unless(loadBackfill(path)).catch((error: unknown) => {
      if (io.signal.aborted) return undefined;
      throw error;
    });
    if (loaded === undefined) {
      const reason = `interrupted while ${path} was loaded; nothing was done`;
      if (context.isJson) io.out(`${JSON.stringify({ ok: false, reason }, null, 2)}\n`);
      else io.err(`hookgate: ${plain(reason)}\n`);
      return 1;
    }
    const { settings, stop } = loaded;
    await stop();
    check(settings, given);
    return runAndReport(settings, fromMs, context, faults.signal);
  },
};

function readEnvFiles(given: Given): void {
  for (const path of given.list("env-file")) {
    readText("--env-file", path); // its error names the option
    process.loadEnvFile(path);
  }
}

/** Keeps standard output free for the report: `console` writes to standard error. Direct writes to stdout are not redirected. */
function redirectConsole(): void {
  for (const name of ["log", "info", "debug"] as const) console[name] = console.error;
}

/** @throws {UsageError} When a run would handle events twice, or handle none. */
function check({ core, isHandled }: BackfillSettings, given: Given): void {
  if (core.handlers.isEmpty && core.settings.inbox === undefined) {
    throw new UsageError(
      "the receiver has no handler, so every event would be ignored: register the handlers in the given module, or in one that it imports",
    );
  }
  const { dedupe, inbox } = core.settings;
  const isKnown = inbox !== undefined || dedupe?.store.isShared === true || isHandled !== undefined;
  if (isKnown || given.isSet("without-dedupe")) return;
  const what = dedupe === undefined ? "has no dedupe" : "has its dedupe in memory, which other processes cannot see";
  throw new UsageError(
    `the receiver ${what}: events that the running application received by webhook would be handled again. Give it a store that processes share (sqliteStore, redisStore, postgresStore), or use --without-dedupe if handling an event twice is harmless`,
  );
}

async function runAndReport(
  settings: BackfillSettings,
  fromMs: number | undefined,
  context: Context,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { io, isJson } = context;
  const { runOnce } = await import("../../backfill/backfill.js");
  const { describeBackfill } = await import("../../backfill/report.js");
  const isShown = io.isErrTerminal && !isJson;
  let pagesSaved = 0;
  function onProgress(progress: BackfillProgress): void {
    pagesSaved++;
    settings.onProgress?.(progress);
    if (isShown) io.err(`\r\u001b[K${plain(describeBackfill(progress))}`);
  }
  if (!settings.source.hasDeliveryIds && settings.isHandled === undefined) {
    io.err(
      `note: ${settings.source.name} does not list delivery ids, so events that also arrived by webhook are handled again: give isHandled, or use idempotent handlers\n`,
    );
  }
  const onReport = (report: BackfillReport): void => settings.onReport?.(report);
  const since = fromMs === undefined ? undefined : new Date(fromMs);
  const { source, begin } = observed(settings.source);
  const report = await runOnce({ ...settings, source, onProgress, onReport }, since, signal);
  if (isShown) io.err("\r\u001b[K");
  const summary = await summarise(report, {
    begin: begin(),
    fromMs,
    pagesSaved,
    isModuleAtFault: signal.reason instanceof UsageError,
  });
  if (isJson) io.out(`${JSON.stringify(summary, null, 2)}\n`);
  else printSummary(summary, fromMs !== undefined, context);
  await settings.core.close(CLOSE_SECONDS);
  return summary.ok ? 0 : 1;
}

/** Wraps the source to learn where the run started. */
function observed(source: BackfillSource): { source: BackfillSource; begin(): BackfillFrom | undefined } {
  let first: BackfillFrom | undefined;
  const { name, hasDeliveryIds } = source;
  function pages(from: BackfillFrom): AsyncIterable<BackfillPage> {
    first ??= from;
    return source.pages(from);
  }
  return { source: { name, hasDeliveryIds, pages }, begin: () => first };
}
