// The signatures and signature parameters that were read from one delivery.

/** What was read. Nothing is compared yet. Each delivery makes one, so it is small. */
export class SignatureReading {
  readonly ok = true;
  first = "";
  more: string[] | undefined = undefined;
  /** The signed time as the sender wrote it, and parsed. Set when it is read. */
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
