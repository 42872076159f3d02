#!/usr/bin/env node
// The command `hookgate`.
import { processIo } from "./lib/io.js";
import { run } from "./run.js";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
// `hookgate … | head` closes the pipe: nobody reads on, so there is nothing more to say.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
const io = processIo(stop.signal);
process.exitCode = await run(process.argv.slice(2), io);
// After what was written has left: pipes are asynchronous on some systems.
if (io.isEndForced) process.stdout.write("", () => process.stderr.write("", () => process.exit()));
