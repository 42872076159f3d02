// The memory store's versions of entities, for `order`.
import { memoryStore } from "hookgate";
import { describe, expect, it } from "vitest";

function clocked(maxKeys = 100) {
  let nowMs = 0;
  const store = memoryStore({ maxKeys, now: () => nowMs });
  return {
    advance: (entity: string, version: number, retentionSeconds = 60) =>
      store.advance(entity, version, retentionSeconds),
    pass: (seconds: number) => {
      nowMs += seconds * 1000;
    },
    store,
  };
}

describe("memoryStore.advance", () => {
  it("stores the highest version: a lower one is older, an equal or higher one is newest", () => {
    const { advance } = clocked();
    expect([5, 5, 4, 6, 5, 0].map((version) => advance("a", version))).toEqual([
      "newest",
      "newest",
      "older",
      "newest",
      "older",
      "older",
    ]);
  });

  it("keeps the versions of entities apart", () => {
    const { advance } = clocked();
    advance("a", 5);
    expect(advance("b", 1)).toBe("newest");
  });

  it("remembers an entity for its retention after its last event, an older one included", () => {
    const { advance, pass } = clocked();
    advance("a", 5);
    pass(59);
    expect(advance("a", 1)).toBe("older");
    pass(59);
    expect(advance("a", 1)).toBe("older");
    pass(60);
    expect(advance("a", 1)).toBe("newest");
  });

  it("forgets the entity without events for longest when there are too many", () => {
    const { advance, pass } = clocked(2);
    for (const entity of ["a", "b", "c"]) {
      advance(entity, 5);
      pass(1);
    }
    expect(["b", "c"].map((entity) => advance(entity, 1))).toEqual(["older", "older"]);
    expect(advance("a", 1)).toBe("newest");
  });

  it("counts no entity towards maxKeys", () => {
    const { advance, store } = clocked(1);
    advance("a", 1);
    const claim = { key: "k", token: "t", leaseSeconds: 1, bodyDigest: "d" };
    expect(store.claim(claim).state).toBe("claimed");
    expect(store.size).toBe(1);
  });
});
