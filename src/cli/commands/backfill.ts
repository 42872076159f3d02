// `hookgate backfill`: one run of the application's own backfill, from the cursor or from a moment on.
import type { BackfillProgress, BackfillReport } from "../../backfill/report.js";
import type { BackfillSettings } from "../../backfill/settings.js";
import type { BackfillFrom, BackfillPage, BackfillSource } from "../../backfill/sources/source.js";
import { tell, toldOf } from "../backfill/backfill-report.js";
import { loadBackfill } from "../backfill/load-backfill.js";
import { watchModule } from "../backfill/module-faults.js";
import type { Command, Context, ExitCode, Given } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { sinceMs } from "../lib/since.js";
import { UsageError } from "../lib/usage-error.js";
import { readText } from "../senders/secrets.js";

/** Handlers of the last events may take so long to end. */
const CLOSE_SECONDS = 10;

export const backfill: Command = {
  name: "backfill",
  summary: "Fetches what was missed from the sender, through the application's own receiver and handlers.",
  usage: "<module> [--since TIME|SPAN]",
  details: [
    "<module> is a file of the application, such as ./webhooks.js. It exports what backfill(receiver, { source }) returned, or a receiver as `receiver` and a source as `source`; ./webhooks.js#name names one of several. It is imported, so it should listen only when it is run itself. The handlers must be registered by then: they run here.",
    "Each event goes through the receiver's dedupe: what came by webhook is not handled again. The cursor is kept in its store after every page, and without --since a run goes on from there; so what was cut off is resumed.",
    "Exit code 1: an event failed or was given up, the sender's API or the store failed, another instance is at it, or it was interrupted.",
  ],
  options: {
    since: {
      type: "string",
      value: "TIME|SPAN",
      help: "Looks again from there, the cursor left aside: RFC 3339, or a span before now such as 24h. Default: the cursor.",
    },
    "env-file": {
      type: "string",
      isList: true,
      value: "PATH",
      help: "A .env file for the module. What is in the environment counts more.",
    },
    "without-dedupe": {
      type: "boolean",
      help: "Goes on although this process cannot know what came by webhook (memoryStore, or no dedupe): it is handled again.",
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
    if (context.isJson) sayElsewhere();
    // The application's connections outlive the run.
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
    return runAndTell(settings, fromMs, context, faults.signal);
  },
};

function readEnvFiles(given: Given): void {
  for (const path of given.list("env-file")) {
    readText("--env-file", path); // says it better
    process.loadEnvFile(path);
  }
}

/** Standard output is for the report. What writes there by itself, without `console`, is not turned. */
function sayElsewhere(): void {
  for (const name of ["log", "info", "debug"] as const) console[name] = console.error;
}

/** @throws {UsageError} Where a run would do harm, or nothing. */
function check({ core, isHandled }: BackfillSettings, given: Given): void {
  if (core.handlers.isEmpty && core.settings.inbox === undefined) {
    throw new UsageError(
      "the receiver has no handler, so everything would be passed over: register them in the module that was given, or in one that it imports",
    );
  }
  const { dedupe, inbox } = core.settings;
  const isKnown = inbox !== undefined || dedupe?.store.isShared === true || isHandled !== undefined;
  if (isKnown || given.isSet("without-dedupe")) return;
  const what = dedupe === undefined ? "has no dedupe" : "keeps its dedupe in memory, which only its own process sees";
  throw new UsageError(
    `the receiver ${what}: what came to the running application by webhook would be handled again. Give it a store that processes share (sqliteStore, redisStore, postgresStore), or say --without-dedupe where handling twice does no harm`,
  );
}

async function runAndTell(
  settings: BackfillSettings,
  fromMs: number | undefined,
  context: Context,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { io, isJson } = context;
  const { runOnce } = await import("../../backfill/backfill.js");
  const { describeBackfill } = await import("../../backfill/report.js");
  const isShown = io.isErrTerminal && !isJson;
  let pagesKept = 0;
  function onProgress(progress: BackfillProgress): void {
    pagesKept++;
    settings.onProgress?.(progress);
    if (isShown) io.err(`\r\u001b[K${plain(describeBackfill(progress))}`);
  }
  if (!settings.source.hasDeliveryIds && settings.isHandled === undefined) {
    io.err(
      `note: ${settings.source.name} does not tell the ids of deliveries, so what also came by webhook is handled again: give isHandled, or handlers that set a state\n`,
    );
  }
  const onReport = (report: BackfillReport): void => settings.onReport?.(report);
  const since = fromMs === undefined ? undefined : new Date(fromMs);
  const { source, begin } = heard(settings.source);
  const report = await runOnce({ ...settings, source, onProgress, onReport }, since, signal);
  if (isShown) io.err("\r\u001b[K");
  const told = await toldOf(report, {
    begin: begin(),
    fromMs,
    pagesKept,
    isModuleAtFault: signal.reason instanceof UsageError,
  });
  if (isJson) io.out(`${JSON.stringify(told, null, 2)}\n`);
  else tell(told, fromMs !== undefined, context);
  await settings.core.close(CLOSE_SECONDS);
  return told.ok ? 0 : 1;
}

/** Where it began is what the source was told. */
function heard(source: BackfillSource): { source: BackfillSource; begin(): BackfillFrom | undefined } {
  let first: BackfillFrom | undefined;
  const { name, hasDeliveryIds } = source;
  function pages(from: BackfillFrom): AsyncIterable<BackfillPage> {
    first ??= from;
    return source.pages(from);
  }
  return { source: { name, hasDeliveryIds, pages }, begin: () => first };
}
