// Finds the methods with `@WebhookHandler` of all providers and controllers of a Nest application.
import type { ModulesContainer } from "@nestjs/core";
import { type HandlerMark, marksOf } from "./marks.js";

type Instance = Record<string | symbol, ((...given: never[]) => unknown) | undefined>;

export interface FoundHandler {
  readonly instance: Instance;
  readonly method: string | symbol;
  readonly pattern: HandlerMark["pattern"];
}

/** Those of the receiver's name. Two names for one provider are one instance, whose methods count once. */
export function handlersOf(modules: ModulesContainer, receiver: string | undefined): readonly FoundHandler[] {
  const instances = new Set<Instance>();
  for (const { providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      const { instance } = wrapper as { readonly instance: unknown };
      if (wrapper.isDependencyTreeStatic() && typeof instance === "object" && instance !== null)
        instances.add(instance as Instance);
    }
  }
  return [...instances].flatMap((instance) =>
    methodsOf(instance).flatMap(([method, value]) =>
      marksOf(value)
        .filter((one) => one.receiver === receiver)
        .map(({ pattern }) => ({ instance, method, pattern })),
    ),
  );
}

/** Of its class and the classes that one extends. A method that is overridden counts as the subclass has it. */
function methodsOf(instance: object): readonly (readonly [name: string | symbol, value: unknown])[] {
  const found = new Map<string | symbol, unknown>();
  let proto: object | null = Object.getPrototypeOf(instance);
  for (; proto !== null && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (!found.has(name)) found.set(name, value);
    }
  }
  return [...found];
}
