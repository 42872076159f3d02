// State and error classes that the ESM and the CommonJS build of this package share within one process.

/** Builds of different versions share nothing, since the shared state may differ. A test compares it with package.json. */
const STATE_VERSION = "0.1.0";

/**
 * A map that all builds in the process share under this name. Created on first use and not on import, so that an import has
 * no visible effect.
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
 * An error whose class has a copy in each build. `instanceof` compares `brand`, so a `RetryLater` of the CommonJS build is one
 * for a receiver of the ESM build.
 */
export abstract class SharedError extends Error {
  /** An own property of each class. A subclass without one is compared in the usual way. */
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
