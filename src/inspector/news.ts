// Tells open pages of news by server-sent events, batched and bounded.
import type { ServerResponse } from "node:http";
import type { Recorder } from "./recorder.js";
import type { NewsView } from "./wire.js";

/** What comes within so long is told together. */
const GATHER_MS = 100;
/** Proxies and browsers give up a silent connection after a minute or so. */
const BEAT_MS = 20_000;
/** A page that does not read is let go; it comes again by itself and is told what it missed. */
const MAX_UNREAD_BYTES = 1_048_576;
const MAX_PAGES = 16;
/** Then a page comes again by itself, and `authorize` is asked whether it still may. */
const MAX_AGE_MS = 15 * 60_000;

interface Page {
  readonly res: ServerResponse;
  revision: number;
}

export class News {
  readonly #recorder: Recorder;
  readonly #pages = new Set<Page>();
  readonly #ignore: () => void;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
    this.#ignore = recorder.onChange(() => this.#gather());
  }

  get isFull(): boolean {
    return this.#pages.size >= MAX_PAGES;
  }

  /** @param revision - What the page knows already. */
  open(res: ServerResponse, revision: number): void {
    if (this.#isClosed) {
      res.writeHead(503).end();
      return;
    }
    const end = setTimeout(() => res.end(), MAX_AGE_MS).unref();
    res.on("close", () => clearTimeout(end));
    const page: Page = { res, revision: Math.min(revision, this.#recorder.revision) };
    this.#pages.add(page);
    res.on("close", () => this.#leave(page));
    res.on("error", () => this.#leave(page));
    // Express's compression, where it is used, holds back what is not flushed.
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" });
    res.write("retry: 1000\n\n");
    this.#tell(page);
    this.#beat ??= setInterval(() => this.#beatAll(), BEAT_MS).unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#ignore();
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    for (const page of this.#pages) page.res.end();
    this.#pages.clear();
  }

  #gather(): void {
    if (this.#pages.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const page of this.#pages) this.#tell(page);
    }, GATHER_MS).unref();
  }

  #tell(page: Page): void {
    const deliveries = this.#recorder.changedSince(page.revision);
    if (deliveries.length === 0) return;
    page.revision = this.#recorder.revision;
    const news: NewsView = { deliveries, minute: this.#recorder.timeline.current };
    this.#write(page, `id: ${page.revision}\ndata: ${JSON.stringify(news)}\n\n`);
  }

  #beatAll(): void {
    for (const page of this.#pages) this.#write(page, ":\n\n");
  }

  #write(page: Page, text: string): void {
    if (page.res.writableLength > MAX_UNREAD_BYTES) {
      this.#leave(page);
      page.res.destroy();
      return;
    }
    page.res.write(text);
    (page.res as ServerResponse & { flush?: () => void }).flush?.();
  }

  #leave(page: Page): void {
    this.#pages.delete(page);
    if (this.#pages.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
  }
}
