// State and error classes that the ESM and the CommonJS build of this package share within one process.

/** Builds with another version keep apart: what they would share has changed. Held equal to package.json by a test. */
const STATE_VERSION = "0.1.0";

/**
 * The process's map of this name: what one build sets, the other gets. Made at its first use, not when a module is loaded:
 * an import has no effect that anybody can see.
 */
export function sharedWeakMap<Key extends object, Value>(name: string): () => WeakMap<Key, Value> {
  let map: WeakMap<Key, Value> | undefined;
  return () => {
    if (map === undefined) {
      const key = Symbol.for(`hookgate@${STATE_VERSION}.${name}`);
      const shared = globalThis as Record<symbol, unknown>;
      shared[key] ??= new WeakMap<Key, Value>();
      map = shared[key] as WeakMap<Key, Value>;
    }
    return map;
  };
}

/**
 * An error whose class has a copy in each build. `instanceof` compares `brand`, so that a `RetryLater` made by `require`
 * is one for a receiver that was imported.
 */
export abstract class SharedError extends Error {
  /** Own property of each class; a subclass without one is compared as JavaScript does. */
  static readonly brand?: string;

  static override [Symbol.hasInstance](this: abstract new (...args: never) => object, value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the class on the right of instanceof, which may be a subclass
    const brand = brandOf(this);
    // biome-ignore lint/complexity/noThisInStatic: the class that stands on the right of instanceof, which may be a subclass
    if (brand === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    if (!(value instanceof Error)) return false;
    for (
      let proto: object | null = Object.getPrototypeOf(value);
      proto !== null;
      proto = Object.getPrototypeOf(proto)
    ) {
      if (brandOf(proto.constructor) === brand) return true;
    }
    return false;
  }
}

function brandOf(target: object): unknown {
  return Object.hasOwn(target, "brand") ? (target as typeof SharedError).brand : undefined;
}
