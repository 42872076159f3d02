// Writes the text of `--help`.
import { COMMON_OPTIONS, type Command, type OptionSpecs } from "./command.js";
import { type Paint, table, wrap } from "./paint.js";

export function helpOf(command: Command, paint: Paint): string {
  const parts = [
    `${command.summary}\n\n${paint("bold", "Usage")}\n  hookgate ${command.name} ${command.usage}\n`,
    ...(command.details ?? []).map((text) => `${wrap(text, "")}\n`),
    `${paint("bold", "Options")}\n${optionLines({ ...command.options, ...COMMON_OPTIONS }, paint)}`,
    `${paint("bold", "Examples")}\n${command.examples.map((example) => `  ${example}\n`).join("")}`,
  ];
  return parts.join("\n");
}

export function overview(commands: readonly Command[], paint: Paint): string {
  return [
    "Sends, verifies, checks and registers webhooks, and fetches missed ones.\n",
    `${paint("bold", "Commands")}\n${table(
      commands.map(({ name, summary }) => [`  ${name}`, summary]),
      paint,
    )}`,
    "hookgate <command> --help (or -h) shows the options and examples of a command; all commands accept --json.\nhookgate --version (or -v) shows the version.\n",
    "Exit codes: 0 no problem, 1 a problem was found, 2 the command line is wrong or a file cannot be read,\n3 hookgate itself failed.\n",
  ].join("\n");
}

function optionLines(options: OptionSpecs, paint: Paint): string {
  const rows = Object.entries(options).map(([name, { value, help, isList }]) => [
    `  --${name}${value === undefined ? "" : ` ${value}`}${isList === true ? " …" : ""}`,
    help,
  ]);
  const width = Math.max(...rows.map(([left = ""]) => left.length)) + 2;
  const indent = " ".repeat(width);
  return table(
    rows.map(([left = "", help = ""]) => [left, wrap(help, indent)]),
    paint,
  );
}
