// `hookgate replay`: signs and sends a received event again, from an inbox or from a recorded delivery.
import type { InboxRecord } from "../../inbox/inbox.js";
import type { SendOptions } from "../../test-sender/test-sender.js";
import { openStage, type Stage, type Step } from "../../testing/scenarios/stage.js";
import type { Command, Context, ExitCode } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { INBOX_OPTION, withInbox } from "../lib/open-inbox.js";
import { type Cell, table } from "../lib/paint.js";
import { UsageError } from "../lib/usage-error.js";
import { SENDER_OPTIONS, SIGNING_OPTIONS } from "../senders/chosen-sender.js";
import { chooseSigner, type Signer } from "../senders/signer.js";
import { readRecorded } from "../verify/recorded.js";

export const replay: Command = {
  name: "replay",
  summary: "Signs and sends a received event again, from an inbox or from a recorded delivery.",
  usage: "<url> --sender NAME --secret-env NAME (--inbox FILE KEY… | --delivery FILE)",
  details: [
    "An inbox stores no credentials, and recorded signatures expire, so the delivery is signed again, with the same id and body. A receiver that has already handled the event answers it as a duplicate.",
  ],
  options: {
    ...SENDER_OPTIONS,
    inbox: INBOX_OPTION,
    delivery: { type: "string", value: "FILE", help: "A recorded delivery, as for hookgate verify." },
    ...SIGNING_OPTIONS,
    "time-limit": {
      type: "string",
      value: "SECONDS",
      help: "How long to wait for an answer. Default: the sender's limit.",
    },
  },
  examples: [
    "hookgate replay http://localhost:3000/webhooks/github --sender github --secret-env GITHUB_WEBHOOK_SECRET --inbox events.db KEY",
    "hookgate replay http://localhost:3000/webhooks/stripe --sender stripe --secret-env STRIPE_WEBHOOK_SECRET --delivery recorded.json",
  ],
  async run(given, context) {
    const [url, ...keys] = given.positionals;
    const path = given.text("inbox");
    const recorded = given.text("delivery");
    if (url === undefined) throw new UsageError(`replay takes a URL: hookgate replay ${replay.usage}`);
    if ((path === undefined) === (recorded === undefined)) {
      throw new UsageError("replay takes either --inbox FILE with keys, or --delivery FILE");
    }
    if ((path !== undefined) !== keys.length > 0) {
      throw new UsageError(
        path === undefined
          ? "keys belong to an inbox: give --inbox FILE"
          : "the keys of the events are missing; hookgate inbox list prints them",
      );
    }
    const signer = await chooseSigner(given, context.io, url);
    const timeLimitSeconds = given.number("time-limit") ?? signer.sender.profile.timeLimitSeconds;
    const stage = openStage(signer.sender, url, { ...signer.signing, timeLimitSeconds, signal: context.io.signal });
    const deliveries =
      path === undefined
        ? [{ what: recorded as string, options: await fromRecord() }]
        : await withInbox(path, (inbox) => Promise.all(keys.map(async (key) => fromInbox(key, await inbox.get(key)))));
    return deliverAll(context, signer, stage, deliveries);

    async function fromRecord(): Promise<SendOptions> {
      const { method, headers, body } = await readRecorded(given, context.io);
      return {
        method,
        body,
        headers: withoutCredentials(
          Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
          signer,
        ),
      };
    }
    function fromInbox(key: string, record: InboxRecord | undefined): { what: string; options: SendOptions } {
      if (record === undefined) throw new UsageError(`there is no event ${key} in the inbox`);
      const { entry } = record;
      const headers = withoutCredentials(entry.headers, signer);
      // The inbox stores each item of a batch separately, so it is sent as a batch of one.
      const body =
        entry.payloadFrom === "json"
          ? { payload: JSON.parse(Buffer.from(entry.body).toString("utf8")) as unknown }
          : { body: entry.body };
      const id = entry.id === undefined || entry.payloadFrom === "body" ? {} : { id: entry.id };
      return { what: key, options: { type: entry.type, headers, ...body, ...id } };
    }
  },
};

/** Headers that belong to one connection, or that the client writes itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "expect",
  "te",
  "upgrade",
]);

/** Removes credentials and a signed time in its own header: signing again writes both. */
function withoutCredentials(headers: Readonly<Record<string, string>>, { sender }: Signer): Record<string, string> {
  const { auth } = sender.definition;
  const time = /timestamp|request-time|-time$/;
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => {
      if (HOP_BY_HOP.has(name) || auth.credentialHeaders.includes(name)) return false;
      return !(auth.signsTime && time.test(name) && auth.covers.headers.includes(name));
    }),
  );
}

async function deliverAll(
  { io, paint, isJson }: Context,
  signer: Signer,
  stage: Stage,
  deliveries: readonly { readonly what: string; readonly options: SendOptions }[],
): Promise<ExitCode> {
  const told: { what: string; step: Step; isFine: boolean }[] = [];
  for (const { what, options } of deliveries) {
    const step = await stage.send(what, options);
    const isFine = step.status !== undefined && signer.sender.profile.successStatuses.includes(step.status);
    told.push({ what, step, isFine });
  }
  const isFine = told.every((one) => one.isFine);
  if (isJson) {
    const replayed = told.map(({ what, step }) => ({
      what,
      id: step.sent?.id,
      status: step.status,
      code: step.code,
      error: step.error,
    }));
    io.out(`${JSON.stringify({ ok: isFine, url: signer.url, replayed }, null, 2)}\n`);
    return isFine ? 0 : 1;
  }
  const rows = told.map(({ what, step, isFine: isGood }): readonly (Cell | string)[] => {
    const answer = step.status === undefined ? (step.error ?? "no answer") : `${step.status} ${step.code ?? ""}`;
    return [{ text: isGood ? "✓" : "✗", colour: isGood ? "green" : "red" }, plain(what), plain(answer)];
  });
  io.out(table(rows, paint));
  return isFine ? 0 : 1;
}
