// Fetches a small document from an allowed URL within time and size limits, without following redirects.

export interface BoundedFetch {
  /** What is fetched, for messages: "the certificate". */
  readonly what: string;
  readonly accept: string;
  /** The limit for the whole response, with its body. */
  readonly timeoutMs: number;
  /** The limit for the decoded body, counted while it arrives. */
  readonly maxBytes: number;
  /** Aborts the fetch. */
  readonly signal?: AbortSignal;
}

/**
 * The body of a response with status 200. A redirect is an error: its target would decide which keys are trusted.
 *
 * @throws {Error} The message has the problem, and nothing of the response.
 */
export async function fetchBytes(url: string, limits: BoundedFetch): Promise<Buffer> {
  const abort = new AbortController();
  const { signal } = limits;
  let timer: NodeJS.Timeout | undefined;
  // A race in addition to the signal: on some runtimes a body can hang and ignore the signal.
  const deadline = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`${limits.what} did not come within ${limits.timeoutMs} ms`));
    timer = setTimeout(fail, limits.timeoutMs);
    signal?.addEventListener("abort", fail, { once: true });
  });
  try {
    return await Promise.race([
      readAnswer(url, limits, signal === undefined ? abort.signal : AbortSignal.any([abort.signal, signal])),
      deadline,
    ]);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function readAnswer(url: string, { what, accept, maxBytes }: BoundedFetch, signal: AbortSignal): Promise<Buffer> {
  const response = await fetch(url, { redirect: "manual", signal, headers: { accept } });
  if (response.status !== 200) throw new Error(`${what}'s URL answered ${response.status}, not 200`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`${what} is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** The message, with the code of the cause: the message of `fetch` is only "fetch failed". */
export function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return "the fetch failed";
  const code = (failure.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? `${failure.message} (${code})` : failure.message;
}
