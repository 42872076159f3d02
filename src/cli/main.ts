#!/usr/bin/env node
// Entry point of the command `hookgate`.
import { processIo } from "./lib/io.js";
import { run } from "./run.js";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
// `hookgate … | head` closes the pipe: the reader has gone, which is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
const io = processIo(stop.signal);
process.exitCode = await run(process.argv.slice(2), io);
// Exits only after the output is flushed: pipes are asynchronous on some systems.
if (io.isEndForced) process.stdout.write("", () => process.stderr.write("", () => process.exit()));
