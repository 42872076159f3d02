// Checks the client's address against `allow`.

import type { Rejection } from "../../core/outcome.js";
import { passed, type TraceLine } from "../../core/trace.js";
import {
  BEHIND_A_PROXY,
  type ClientAddressOptions,
  clientAddressOf,
  looksProxied,
  type UnknownClient,
} from "../../ip/client-address.js";
import type { PublishedList } from "../../ip/refreshed-list.js";
import { type Address, formatAddress, parseAddress } from "../../lib/ip/address.js";
import { type AddressRanges, compileRanges } from "../../lib/ip/address-ranges.js";
import { CHECKED_LATER, checkOptions, FLAG, type OptionRules } from "../../lib/options.js";
import type { Check, DeliveryContext } from "./check.js";

/** An address, a CIDR, or a sender's published list. */
export type AllowEntry = string | PublishedList;

/** Who may deliver: a list, or a list with how it is applied. */
export type AllowOption = readonly AllowEntry[] | AllowRules;

/** An allowlist with how it is applied. */
export interface AllowRules {
  readonly from: readonly AllowEntry[];
  /** Reports in the trace what would have been refused, and refuses nothing. For trying a list out. */
  readonly monitor?: boolean;
  /** Lets the list hold `0.0.0.0/0` or `::/0`. */
  readonly allowAny?: boolean;
}

export interface SourceAddressOptions extends ClientAddressOptions {
  readonly allow?: AllowOption | undefined;
}

/** A client whose address could be read. */
interface KnownClient {
  readonly text: string;
  readonly address: Address;
  /** Found in the addresses that were given when built. */
  readonly isListed: boolean;
}

interface Allowed {
  readonly ranges: AddressRanges | undefined;
  readonly lists: readonly PublishedList[];
  readonly isMonitor: boolean;
}

/** What is wrong; `undefined`: nothing is. */
type Objection = { readonly result: "refused" | "undecided"; readonly rejection: Rejection } | undefined;

const CHECK = "source-address";
const PASSED: TraceLine = /* @__PURE__ */ passed(CHECK);
const PROXIED: TraceLine = /* @__PURE__ */ Object.freeze({ check: CHECK, result: "passed", hint: BEHIND_A_PROXY });
const NO_ADDRESS: UnknownClient = { hint: "what should be the client's address is no address" };
/** A sender delivers from few addresses; one text is some 100 bytes with what is known of it. */
const MAX_REMEMBERED = 64;
const RULES: OptionRules<AllowRules> = { from: CHECKED_LATER, monitor: FLAG, allowAny: FLAG };

/**
 * Finds the client's address and, with `allow`, refuses a delivery from elsewhere or from nowhere.
 *
 * Without `allow` it refuses nothing. A published list that cannot be had makes an address undecided (503) unless another
 * entry holds it.
 *
 * @throws {TypeError} When built with a malformed entry, proxy or source.
 */
export function sourceAddressCheck(options: SourceAddressOptions): Check {
  const clientOf = clientAddressOf(options);
  const allowed = options.allow === undefined ? undefined : compileAllow(options.allow);
  const remembered = new Map<string, KnownClient | UnknownClient>();
  let mayHint = options.trustedProxies === undefined && (options.clientAddress ?? "socket") === "socket";

  return function sourceAddress(ctx) {
    const found = clientOf(ctx.delivery);
    const client = typeof found === "string" ? recall(found) : found;
    const isKnown = "address" in client;
    ctx.clientAddress = isKnown ? client.text : undefined;
    const isProxied = mayHint && isKnown && looksProxied(ctx.delivery, client.address);
    if (isProxied) mayHint = false;
    const whenPassed = isProxied ? PROXIED : PASSED;

    if (allowed === undefined) {
      ctx.trace.add(isKnown ? whenPassed : { check: CHECK, result: "noted", hint: client.hint });
      return undefined;
    }
    if (!isKnown) return conclude(ctx, allowed, refused(client.hint), whenPassed);
    if (client.isListed) return conclude(ctx, allowed, undefined, whenPassed);
    const missing: PublishedList[] = [];
    for (const list of allowed.lists) {
      const ranges = list.current();
      if (ranges === undefined) missing.push(list);
      else if (ranges.holds(client.address)) return conclude(ctx, allowed, undefined, whenPassed);
    }
    if (missing.length === 0) return conclude(ctx, allowed, stranger(ctx, client), whenPassed);
    return judgeLater(missing, client, ctx).then((objection) => conclude(ctx, allowed, objection, whenPassed));
  };

  /** Reading an address costs more than finding it among the last few. */
  function recall(text: string): KnownClient | UnknownClient {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const client = readClient(text, allowed?.ranges);
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    remembered.set(text, client);
    return client;
  }
}

function readClient(text: string, ranges: AddressRanges | undefined): KnownClient | UnknownClient {
  const address = parseAddress(text);
  if (address === undefined) return NO_ADDRESS;
  const shown = address.length === 1 && text.includes(":") ? formatAddress(address) : text;
  return { text: shown, address, isListed: ranges?.holds(address) ?? false };
}

/** Writes the trace line and says how the delivery goes on. */
function conclude(
  ctx: DeliveryContext,
  allowed: Allowed,
  objection: Objection,
  whenPassed: TraceLine,
): Rejection | undefined {
  if (objection === undefined) {
    ctx.trace.add(whenPassed);
    return undefined;
  }
  const { result, rejection } = objection;
  const hint = rejection.hint as string;
  if (allowed.isMonitor) {
    ctx.trace.add({ check: CHECK, result: "noted", hint: `monitor: would be ${result}: ${hint}` });
    return undefined;
  }
  ctx.trace.add({ check: CHECK, result, hint });
  return rejection;
}

async function judgeLater(
  missing: readonly PublishedList[],
  client: KnownClient,
  ctx: DeliveryContext,
): Promise<Objection> {
  const loaded = await Promise.all(missing.map((list) => list.ready()));
  if (loaded.some((ranges) => ranges?.holds(client.address))) return undefined;
  const absent = missing.filter((_, index) => loaded[index] === undefined);
  const [first] = absent;
  if (first === undefined) return stranger(ctx, client);
  const hint = first.problem ?? `the address list ${first.url} could not be had`;
  const retryAfterSeconds = Math.max(1, ...absent.map((list) => list.retryAfterSeconds));
  return { result: "undecided", rejection: { name: "undecided", hint, retryAfterSeconds } };
}

function stranger(ctx: DeliveryContext, client: KnownClient): Objection {
  const advice = looksProxied(ctx.delivery, client.address) ? `; ${BEHIND_A_PROXY}` : "";
  return refused(`${client.text} is not in allow${advice}`);
}

function refused(hint: string): Objection {
  return { result: "refused", rejection: { name: "forbidden", hint } };
}

function compileAllow(option: AllowOption): Allowed {
  const { from, monitor = false, allowAny = false } = rulesOf(option);
  const addresses: string[] = [];
  const lists: PublishedList[] = [];
  for (const entry of from) {
    if (isPublishedList(entry)) lists.push(entry);
    else if (typeof entry === "object" && entry !== null) {
      throw new TypeError(
        "allow: an entry must be an address, a CIDR, or published(…); for a sender's list write published(sender)",
      );
    } else addresses.push(entry); // what is no string is refused with the rest
  }
  const isOnlyLists = addresses.length === 0 && lists.length > 0;
  const ranges = isOnlyLists ? undefined : compileRanges(addresses, { option: "allow", allowAny });
  return { ranges, lists, isMonitor: monitor };
}

function rulesOf(option: AllowOption): AllowRules {
  if (Array.isArray(option)) return { from: option };
  const rules = option as AllowRules;
  if (typeof rules !== "object" || rules === null || !Array.isArray(rules.from)) {
    throw new TypeError(
      'allow must be an array such as ["203.0.113.7", "10.0.0.0/8"], or { from: […], monitor: true }',
    );
  }
  checkOptions("allow.", rules, RULES);
  return rules;
}

function isPublishedList(entry: unknown): entry is PublishedList {
  return typeof entry === "object" && entry !== null && typeof (entry as Partial<PublishedList>).current === "function";
}
