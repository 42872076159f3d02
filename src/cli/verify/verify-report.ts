// Writes the report of `verify`.
import type { Outcome } from "../../core/outcome.js";
import type { Context, ExitCode } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { table, wrap } from "../lib/paint.js";
import type { Case } from "./attempt.js";
import type { Finding } from "./finding.js";

export interface Examined {
  readonly outcome: Outcome;
  /** The name of the variable or file whose secret matched. */
  readonly matched: string | undefined;
  readonly findings: readonly Finding[];
}

export function report(
  { io, paint, isJson }: Context,
  about: Case,
  { outcome, matched, findings }: Examined,
): ExitCode {
  const problems = findings.filter(({ level }) => level === "problem");
  const isFine = problems.length === 0 && outcome.reply.status < 400;
  if (isJson) {
    const result = {
      ok: isFine,
      sender: about.known.name,
      outcome: outcome.name,
      status: outcome.reply.status,
      matched,
      events: outcome.events.map(({ id, type }) => ({ id, type })),
      trace: outcome.trace,
      findings,
    };
    io.out(`${JSON.stringify(result, null, 2)}\n`);
    return isFine ? 0 : 1;
  }
  const { name, reply } = outcome;
  const summary = reply.status < 400 ? paint("green", "✓ accepted") : paint("red", "✗ rejected");
  io.out(`${summary}: a receiver answers ${reply.status}${reply.status < 400 ? "" : ` (${name})`}\n`);
  if (matched !== undefined) io.out(`  signed with the secret in ${plain(matched)}\n`);
  for (const { id, type } of outcome.events)
    io.out(`  event ${plain(type)}${id === undefined ? "" : ` ${plain(id)}`}\n`);
  const rows = outcome.trace.map(({ check, result: found, hint }) => [`  ${check}`, found, plain(hint ?? "")]);
  io.out(`\n${table(rows, paint)}`);
  for (const { level, message, fix, code } of findings) {
    const mark = level === "problem" ? paint("red", `✗ ${code}`) : paint("yellow", `- ${code}`);
    io.out(
      `\n${mark}: ${wrap(plain(message), "  ")}\n${fix === "" ? "" : `  ${paint("bold", "Fix:")} ${wrap(plain(fix), "  ")}\n`}`,
    );
  }
  return isFine ? 0 : 1;
}
