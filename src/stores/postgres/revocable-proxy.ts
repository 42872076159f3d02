// Revokes the handler's access to a transaction once it has ended.

export interface Revocable<T> {
  readonly value: T;
  readonly revoke: () => void;
}

/**
 * A proxy of `target` whose every use throws a `TypeError` once it is revoked. Methods work when detached, and a detached
 * method is revoked too. The names in `refused` always throw.
 */
export function revocable<T extends object>(target: T, refused: readonly string[]): Revocable<T> {
  let isRevoked = false;
  const methods = new Map<PropertyKey, unknown>();

  function assertOpen(): void {
    if (isRevoked)
      throw new TypeError("context.tx: its transaction has ended; await every query before the handler ends");
  }

  function open(name: PropertyKey): unknown {
    if (typeof name === "string" && refused.includes(name)) {
      throw new TypeError(
        `context.tx.${name} is not available: hookgate ends the transaction when the handler has ended`,
      );
    }
    const value = Reflect.get(target, name, target) as unknown;
    if (typeof value !== "function" || name === "constructor" || isFixed(target, name)) return value;
    const known = methods.get(name);
    if (known !== undefined) return known;
    // Methods run on the target itself, since a proxy does not have its private fields.
    const method = new Proxy(value, {
      apply(fn, _self, args) {
        assertOpen();
        return Reflect.apply(fn, target, args);
      },
    });
    methods.set(name, method);
    return method;
  }

  const value = new Proxy(target, {
    get(_target, name) {
      // `await` reads `then` of every value, also after the end.
      if (name === "then" && !("then" in target)) return undefined;
      assertOpen();
      return open(name);
    },
    set(_target, name) {
      throw new TypeError(`context.tx.${String(name)} cannot be set: others use the connection afterwards`);
    },
    // A query builder is a function: `tx("orders")`.
    apply(fn, _self, args) {
      assertOpen();
      return Reflect.apply(fn as never, target, args);
    },
  });
  return {
    value,
    revoke: () => {
      isRevoked = true;
    },
  };
}

/** The invariants of proxies require such a property to be returned unchanged. */
function isFixed(target: object, name: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  return own !== undefined && own.configurable === false && own.writable === false;
}
