// Toss Payments as a source: its transactions with their payments.

import { CHECKED_LATER, checkOptions } from "../../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import { type BackfillSource, type FetchedEvent, type WindowPage, type WindowPart, windows } from "./source.js";

/** Options of `tossTransactions`. */
export interface TossTransactionsOptions extends ApiOptions {
  /** The secret key, `live_sk_…` or `test_sk_…`. */
  readonly secretKey: string | undefined;
}

const MAX_LIMIT = 5_000;
const TYPE = "PAYMENT_STATUS_CHANGED";
/** The API's dates are Korean time without a zone. Korea has no summer time. */
const KOREA_MS = 9 * 3_600_000;

/**
 * Toss Payments' transactions: each is one `PAYMENT_STATUS_CHANGED` with the current payment.
 *
 * Source:  docs.tosspayments.com, "거래 조회 API" (`/v1/transactions`) and `/v1/payments/{paymentKey}`. Unconfirmed: that
 *          the list is oldest first.
 * Not promised: dedupe against deliveries, whose transmission id the API does not list. Give `isHandled`, or handlers that
 *          set a state by `paymentKey` and `status`.
 *
 * @throws {TypeError} When the key is missing, or an option is unknown.
 */
export function tossTransactions(options: TossTransactionsOptions): BackfillSource {
  checkOptions<TossTransactionsOptions>("tossTransactions", options, { secretKey: CHECKED_LATER, ...API_RULES });
  const secretKey = checkedToken("tossTransactions", "secretKey", options.secretKey);
  const basic = Buffer.from(`${secretKey}:`).toString("base64");
  const api = new SenderApi({
    sender: "Toss Payments",
    baseUrl: "https://api.tosspayments.com",
    headers: { authorization: `Basic ${basic}` },
    secrets: [secretKey, basic],
    options,
  });

  async function list({ since, until, page, pageSize, signal }: WindowPart): Promise<WindowPage> {
    const limit = Math.min(pageSize, MAX_LIMIT);
    const query = { startDate: koreanTime(since), endDate: koreanTime(until), startingAfter: page, limit };
    const call = { what: "list the transactions", path: "/v1/transactions", query };
    const { value } = await api.call(call, signal);
    if (!Array.isArray(value)) throw api.badAnswer(call, "no list of transactions");
    const events: FetchedEvent[] = [];
    for (const row of value) {
      const { transactionKey, paymentKey, transactionAt } = membersOf(row);
      const [key, payment, at] = [textOf(transactionKey), textOf(paymentKey), textOf(transactionAt)];
      if (key === undefined || payment === undefined) continue;
      const found = await api.call(
        { what: "read a payment", path: `/v1/payments/${encodeURIComponent(payment)}` },
        signal,
      );
      const payload = { eventType: TYPE, createdAt: at, data: found.value };
      events.push({
        id: `transaction.${key}`,
        type: TYPE,
        payload,
        timestamp: at === undefined ? undefined : new Date(at),
      });
    }
    const last = textOf(membersOf(value.at(-1)).transactionKey);
    return { events, next: value.length < limit ? undefined : last };
  }

  return { name: "toss-transactions", hasDeliveryIds: false, pages: (from) => windows(from, list) };
}

function koreanTime(date: Date): string {
  return new Date(date.getTime() + KOREA_MS).toISOString().slice(0, -1);
}
