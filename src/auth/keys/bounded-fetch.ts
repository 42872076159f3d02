// Fetches a few bytes from a URL that is ours to choose, bounded in time and size, and from nowhere else.

export interface BoundedFetch {
  /** What is fetched, for messages: "the certificate". */
  readonly what: string;
  readonly accept: string;
  /** Of the whole answer, body included. */
  readonly timeoutMs: number;
  /** Of the decoded body; counted while it streams. */
  readonly maxBytes: number;
  /** Ends the fetch before its time. */
  readonly signal?: AbortSignal;
}

/**
 * The body of a 200. A redirect is a failure: it would let whoever controls it choose what we believe.
 *
 * @throws {Error} With what went wrong in its message; never with anything of the answer.
 */
export async function fetchBytes(url: string, limits: BoundedFetch): Promise<Buffer> {
  const abort = new AbortController();
  const { signal } = limits;
  let timer: NodeJS.Timeout | undefined;
  // A race and not only the signal: a body may hang where the runtime no longer listens to the signal.
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

/** `fetch` says "fetch failed" and keeps what happened, ECONNREFUSED or a certificate's fault, in its cause. */
export function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return "the fetch failed";
  const code = (failure.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? `${failure.message} (${code})` : failure.message;
}
