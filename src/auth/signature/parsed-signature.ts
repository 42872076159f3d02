// The signatures of one delivery as they were read, and the parameters beside them.

/** What was found. Nothing is compared yet. One is made per delivery, so it is kept small. */
export class SignatureReading {
  readonly ok = true;
  first = "";
  more: string[] | undefined = undefined;
  /** The time as the sender wrote it, and what it means; set once it has been read. */
  timestamp = "";
  sentAtMs: number | undefined = undefined;
  readonly #names: readonly string[];
  /** The values of the parameters, in the order of their names. */
  values: string[] | undefined = undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  param(name: string): string | undefined {
    return this.values?.[this.#names.indexOf(name)];
  }

  setParam(at: number, value: string): void {
    this.values ??= [];
    this.values[at] = value;
  }

  hasAllParams(): boolean {
    for (let at = 0; at < this.#names.length; at++) if (this.values?.[at] === undefined) return false;
    return true;
  }
}
