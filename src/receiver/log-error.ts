// Describes an error for a log: as fields, as one line, and by its place in the code.

/** Depth of `cause` chains that are logged. */
const MAX_CAUSES = 4;
const MAX_STACK_CHARACTERS = 2_000;
const MAX_MESSAGE_CHARACTERS = 1_000;

/** An error as plain fields: loggers without a serializer write `{}` for an `Error`. */
export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: shortened(textOf(error)) };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: String(name),
    message: shortened(String(message)),
    ...(typeof code === "string" ? { code } : {}),
    // The stack of an error that wraps another one shows hookgate's own code.
    ...(typeof stack === "string" && !(cause instanceof Error && name === "WebhookError")
      ? { stack: withoutRuntime(stack).slice(0, MAX_STACK_CHARACTERS) }
      : {}),
    ...(cause === undefined || cause === null || depth >= MAX_CAUSES ? {} : { cause: errorFields(cause, depth + 1) }),
  };
}

/** `TypeError: x is not a function, caused by Error: …`. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  for (let one: unknown = error; one !== undefined && one !== null && parts.length <= MAX_CAUSES; ) {
    parts.push(one instanceof Error ? `${one.name}: ${shortened(String(one.message))}` : shortened(textOf(one)));
    one = one instanceof Error ? one.cause : undefined;
  }
  return parts.join(", caused by ");
}

/** Class and first line of the stack of the innermost error: two different mistakes differ in one of them. */
export function placeOf(error: unknown): string {
  let inner = error;
  for (let depth = 0; depth < MAX_CAUSES && inner instanceof Error && inner.cause instanceof Error; depth++)
    inner = inner.cause;
  if (!(inner instanceof Error)) return typeof inner;
  const frames = String(inner.stack ?? "").split("\n");
  const frame = frames.find((line) => /^\s+at /.test(line) && !/node:internal|\(<anonymous>\)/.test(line)) ?? "";
  return `${inner.name} ${frame.trim()}`;
}

function withoutRuntime(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => !/^\s+at .*\(?node:internal/.test(line))
    .join("\n");
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "a value that cannot be written as text";
  }
}

function shortened(text: string): string {
  return text.length > MAX_MESSAGE_CHARACTERS ? `${text.slice(0, MAX_MESSAGE_CHARACTERS)}…` : text;
}
