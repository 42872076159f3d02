// Random numbers from a seed that every run prints (mulberry32).

export interface Random {
  /** 0 to 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  shuffled<T>(values: readonly T[]): T[];
  /** Another source, which does not depend on how often this one is asked: for what goes on at the same time. */
  split(name: string): Random;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    shuffled(values) {
      const result = [...values];
      for (let at = result.length - 1; at > 0; at--) {
        const other = between(0, at);
        [result[at], result[other]] = [result[other] as never, result[at] as never];
      }
      return result;
    },
    split(name) {
      let hash = seed >>> 0;
      for (const char of name) hash = (Math.imul(hash, 31) + (char.codePointAt(0) as number)) >>> 0;
      return randomFrom(hash);
    },
  };
}
