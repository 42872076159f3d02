// Revokes the handler's access to a transaction once it has ended.

export interface Revocable<T> {
  readonly value: T;
  readonly revoke: () => void;
}

/**
 * What stands before `target` until it is revoked; from then on every use throws a `TypeError`. Methods work bound too,
 * and a method taken out before the end is shut with the rest. `refused` are the names nobody but us may use.
 */
export function revocable<T extends object>(target: T, refused: readonly string[]): Revocable<T> {
  let isRevoked = false;
  const methods = new Map<PropertyKey, unknown>();

  function assertOpen(): void {
    if (isRevoked)
      throw new TypeError("context.tx: its transaction has ended; await everything before the handler ends");
  }

  function open(name: PropertyKey): unknown {
    if (typeof name === "string" && refused.includes(name)) {
      throw new TypeError(`context.tx.${name}: not here; hookgate ends the transaction when the handler has ended`);
    }
    const value = Reflect.get(target, name, target) as unknown;
    if (typeof value !== "function" || name === "constructor" || isFixed(target, name)) return value;
    const known = methods.get(name);
    if (known !== undefined) return known;
    // Methods run on the target itself, whose private fields a proxy does not have.
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
      // Promises ask everything they get for `then`, also after the end.
      if (name === "then" && !("then" in target)) return undefined;
      assertOpen();
      return open(name);
    },
    set(_target, name) {
      throw new TypeError(`context.tx.${String(name)} cannot be set: the connection is used by others afterwards`);
    },
    // Query builders are functions: `tx("orders")`.
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

/** A proxy must show such a property as it is. */
function isFixed(target: object, name: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  return own !== undefined && own.configurable === false && own.writable === false;
}
