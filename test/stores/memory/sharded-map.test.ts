// The map of the memory store holds more keys than one Map can.
import fc from "fast-check";
import { expect, it } from "vitest";
import { ShardedMap } from "../../../src/stores/memory/sharded-map.js";

it("is a map: the same values and size after any changes", () => {
  const key = fc.oneof(fc.constantFrom("", "a", "A", "_", "-", "aa"), fc.string());
  const step = fc.record({ op: fc.constantFrom("set", "delete"), key, value: fc.nat() });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const sharded = new ShardedMap<number>();
      const plain = new Map<string, number>();
      for (const { op, key, value } of steps) {
        if (op === "set") {
          sharded.set(key, value);
          plain.set(key, value);
        } else {
          sharded.delete(key);
          plain.delete(key);
        }
        expect(sharded.size).toBe(plain.size);
        expect(sharded.get(key)).toBe(plain.get(key));
      }
      for (const [key, value] of plain) expect(sharded.get(key)).toBe(value);
    }),
  );
});
