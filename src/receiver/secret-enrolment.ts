// Accepts the secret of a new webhook while `receiver.enrol()` waits for it, once.
import { checkOptions, secondsFrom } from "../lib/options.js";
import type { Enrolment } from "../sender/sender.js";

/** How long a receiver waits for the secret that the sender hands over. */
export interface EnrolOptions {
  /** How long the window stays open, seconds. Default 60: anybody can offer a secret meanwhile. */
  readonly forSeconds?: number;
}

const WINDOW_SECONDS = 60;

export class EnrolmentWindow implements Enrolment {
  #waiting: { readonly resolve: (secret: string) => void; readonly reject: (error: Error) => void } | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @throws {TypeError} When a window is open, or `forSeconds` is out of range. */
  open(options: EnrolOptions = {}): Promise<string> {
    checkOptions<EnrolOptions>("receiver.enrol", options, { forSeconds: secondsFrom(0.001, 86_400) });
    const { forSeconds = WINDOW_SECONDS } = options;
    if (this.#waiting !== undefined) throw new TypeError("receiver.enrol: a window is open already");
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#timer = setTimeout(() => this.close(`no secret came within ${forSeconds} s`), forSeconds * 1000);
    });
  }

  offer(secret: string): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined) return false;
    this.#end();
    waiting.resolve(secret);
    return true;
  }

  close(why: string): void {
    const waiting = this.#waiting;
    this.#end();
    waiting?.reject(new Error(`receiver.enrol: ${why}`));
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#waiting = undefined;
  }
}
