// Finds the words that may follow at the cursor of a shell.
import { COMMON_OPTIONS, type Command, type OptionSpec } from "./command.js";

/** Looks up the values of an option. */
export type ValuesOf = (kind: NonNullable<OptionSpec["completes"]>) => Promise<readonly string[]>;

/**
 * @param typed - The words after `hookgate`; the last one is incomplete and may be empty.
 * @returns Candidates for the last word. None means a file name or free text.
 */
export async function candidatesFor(
  typed: readonly string[],
  commands: readonly Command[],
  valuesOf: ValuesOf,
): Promise<readonly string[]> {
  // bash passes `--sender=st` as three words.
  const words = typed.flatMap((word, at) => (word !== "=" ? [word] : at === typed.length - 1 ? [""] : []));
  const last = words.at(-1) ?? "";
  const [name, ...between] = words.slice(0, -1);
  const names = commands.map((command) => command.name);
  if (name === undefined) return startingWith(last, [...names, "help", "--help", "--version"]);
  if (name === "help") return between.length === 0 ? startingWith(last, names) : [];
  const command = commands.find((one) => one.name === name);
  if (command === undefined) return [];
  const options = { ...command.options, ...COMMON_OPTIONS };
  const [, inlineName, inlineValue] = /^--([^=]+)=(.*)$/.exec(last) ?? [];
  if (inlineName !== undefined) {
    const values = await valuesAfter(options[inlineName], inlineValue ?? "", valuesOf);
    return values.map((value) => `--${inlineName}=${value}`);
  }
  const previous = between.at(-1);
  const option = previous?.startsWith("--") === true ? options[previous.slice(2)] : undefined;
  if (option?.type === "string") return valuesAfter(option, last, valuesOf);
  if (last.startsWith("-")) {
    const free = Object.entries(options).filter(([one, { isList }]) => isList === true || !words.includes(`--${one}`));
    return startingWith(
      last,
      free.map(([one]) => `--${one}`),
    );
  }
  const hasAction = between.some((word) => command.actions?.includes(word));
  return hasAction ? [] : startingWith(last, command.actions ?? []);
}

/** Lists such as `valid,dupl` complete their last item. */
async function valuesAfter(
  option: OptionSpec | undefined,
  text: string,
  valuesOf: ValuesOf,
): Promise<readonly string[]> {
  if (option?.completes === undefined) return [];
  const at = option.isList === true ? text.lastIndexOf(",") + 1 : 0;
  const values = startingWith(text.slice(at), await valuesOf(option.completes));
  return values.map((value) => text.slice(0, at) + value);
}

function startingWith(start: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(start));
}
