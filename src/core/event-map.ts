// Types of event names, payloads and patterns.
import type { WebhookEvent } from "./event.js";

/** The types of a sender's events: a map from type name to payload, or a union discriminated by `type`. */
export type EventMap<Events> = [Events] extends [{ type: string }]
  ? { [Member in Events as Member["type"]]: Member } // linear; Extract<> per name would be quadratic on 275 members
  : Events;

/** Open types, the default: every name is allowed, and every payload is at least the sender's envelope. */
export type AnyEvents<Envelope = unknown> = { [type: string]: Envelope };

/** Expands actions: `{ issues: Opened | Closed; push: Push }` becomes `issues.opened`, `issues.closed`, `push`. */
export type WithActions<Types> = {
  [Entry in ActionEntry<Types> as Entry["name"]]: Entry["payload"];
};
type ActionEntry<Types> = { [Name in keyof Types & string]: ActionOf<Name, Types[Name]> }[keyof Types & string];
type ActionOf<Name extends string, Payload> = Payload extends { action: infer Action extends string }
  ? string extends Action
    ? { name: Name; payload: Payload } // an open `action: string` would accept every misspelling
    : Action extends string // one entry per action, even where one payload type carries several
      ? { name: `${Name}.${Action}`; payload: Payload & { action: Action } }
      : never
  : { name: Name; payload: Payload };

type Names<Types> = keyof Types & string;
type Parents<Name extends string> = Name extends `${infer Head}.${infer Rest}`
  ? Head | `${Head}.${Parents<Rest>}`
  : never;

/** `invoice.paid`, `invoice.*` (everything below, at any depth), or `*`. */
export type Pattern<Types> = Names<Types> | `${Parents<Names<Types>>}.*` | "*";
/** The names that a pattern matches. */
export type Matching<Types, P extends string> = P extends "*"
  ? Names<Types>
  : P extends `${infer Parent}.*`
    ? string extends Names<Types>
      ? string
      : Extract<Names<Types>, `${Parent}.${string}`>
    : P;

/** One member per name, so that `switch (event.type)` narrows `event.payload`. */
export type EventOf<Types, Type extends string = Names<Types>> = Type extends keyof Types
  ? WebhookEvent<Type, Types[Type]>
  : never;
