// Names that stand for the reader's own things in code of README, docs and doc comments. A block that uses one and does
// not declare it itself is compiled with the line given here. Keep it short: a name that is used once is declared on its page.

export const placeholders: ReadonlyMap<string, string> = new Map([
  ["app", "declare const app: import('express').Express;"],
  ["secret", "declare const secret: string | undefined;"],
  ["token", "declare const token: string | undefined;"],
  ["event", "declare const event: import('hookgate').WebhookEvent;"],
  ["context", "declare const context: import('hookgate').Context;"],
  ["handler", "declare const handler: () => Promise<void>;"],
  ["receiver", "declare const receiver: import('hookgate').Receiver<import('hookgate').AnyEvents>;"],
  ["sender", "declare const sender: import('hookgate').Sender<import('hookgate').AnyEvents>;"],
  ["markPaid", "declare function markPaid(invoice: unknown): Promise<void>;"],
  ["createCharge", "declare function createCharge(payload: unknown): Promise<{ id: string }>;"],
  ["fetchPayment", "declare function fetchPayment(payload: unknown): Promise<unknown>;"],
  ["fetchKey", "declare function fetchKey(keyId: string): Promise<string>;"],
  ["fetchPlaidKey", "declare function fetchPlaidKey(keyId: string): Promise<string>;"],
  ["createWebhook", "declare function createWebhook(url: string): Promise<void>;"],
  ["keep", "declare function keep(secret: string): Promise<void>;"],
  ["deploy", "declare function deploy(event: unknown): Promise<void>;"],
  ["handled", "declare const handled: readonly string[];"],
  ["clientId", "declare const clientId: string;"],
  ["store", "declare const store: import('hookgate').DedupeStore;"],
  ["orders", "declare const orders: { secretOf(orderId: string): Promise<string | undefined> };"],
  ["myStore", "declare function myStore(): import('hookgate').DedupeStore;"],
  ["myInbox", "declare function myInbox(): Awaited<ReturnType<Parameters<typeof describeInbox>[1]>>['inbox'];"],
  ["connectionString", "declare const connectionString: string;"],
  [
    "env",
    "declare const env: { STRIPE_SECRET: string; DEDUPE: import('hookgate/stores/durable-object').DurableObjectNamespace; DB: import('hookgate/stores/d1').D1Database };",
  ],
  ["assert", 'import assert from "node:assert/strict";'],
  ["express", 'import express from "express";'],
  ["pg", 'import pg from "pg";'],
  ["Redis", 'import { Redis } from "ioredis";'],
  ["Queue", 'import { Queue } from "bullmq";'],
  ["PgBoss", 'import { PgBoss } from "pg-boss";'],
  ["describe", 'import { describe } from "vitest";'],
  ["it", 'import { it } from "vitest";'],
]);

/** What an example needs whose caption begins with this word: another library's own names. */
export const byCaption: ReadonlyMap<string, string> = new Map([
  [
    "Drizzle",
    'import { sql } from "drizzle-orm"; declare const db: import("drizzle-orm/node-postgres").NodePgDatabase; declare const pool: import("pg").Pool;',
  ],
  [
    "Kysely",
    'import { CompiledQuery, type Transaction } from "kysely"; interface Tables { paid: { event: string } } declare const db: import("kysely").Kysely<Tables>; declare const pool: import("pg").Pool;',
  ],
  ["Knex", 'import type { Knex } from "knex"; declare const db: Knex;'],
]);
