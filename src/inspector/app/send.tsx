// The form that sends a signed test event, as it should be or with something wrong with it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { FAULTS, type Fault, type ReceiverView, type SendOrder, type SentView } from "../wire.js";
import { order } from "./api.js";
import { labelOf } from "./list.js";
import { type Answer, answerOf, Said } from "./parts.js";
import { words } from "./text.js";

const FAULT_LABELS: Readonly<Record<Fault, string>> = {
  none: "as the sender would sign it",
  tampered: "with a body that was changed afterwards",
  stale: "signed an hour ago",
  unsigned: "without any credentials",
  wrongKey: "signed with another key",
};

export function SendForm({
  receivers,
  mayAct,
  onSent,
}: {
  receivers: readonly ReceiverView[];
  mayAct: boolean;
  onSent: (n: number) => void;
}): VNode {
  const [draft, setDraft] = useState<SendOrder>({ receiver: 0, type: "", payload: "{}", id: "", fault: "none" });
  const [answer, setAnswer] = useState<Answer>();
  const [sentAs, setSentAs] = useState<number | null>(null);
  const [isBusy, setBusy] = useState(false);
  const receiver = receivers[draft.receiver] as ReceiverView;
  const change = (part: Partial<SendOrder>): void => setDraft({ ...draft, ...part });

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setSentAs(null);
    const said = await answerOf(async () => {
      const sent = await order<SentView>("send", draft);
      setSentAs(sent.n);
      return `${sent.status} ${words(sent.outcome)}${sent.hint === null ? "" : `: ${sent.hint}`}`;
    });
    setAnswer(said);
    setBusy(false);
  }

  if (!mayAct) return <p class="none">This view is read only: nothing is sent from here.</p>;
  return (
    <form class="send" onSubmit={send}>
      <h2>Send a test event</h2>
      <p class="about">
        It is signed with the receiver's own secret and goes through every check to the handler, which runs as for a
        real one.
      </p>
      {receivers.length > 1 && (
        <label>
          Receiver
          <select
            value={String(draft.receiver)}
            onChange={({ currentTarget }) => change({ receiver: Number(currentTarget.value) })}
          >
            {receivers.map((one, at) => (
              <option key={at} value={String(at)}>
                {labelOf(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {receiver.cannotSign !== null && <p class="said error">Not possible: {receiver.cannotSign}.</p>}
      <label>
        Type
        <input
          list="types"
          value={draft.type}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ type: currentTarget.value })}
        />
      </label>
      <datalist id="types">
        {receiver.types.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <label>
        Payload, as JSON
        <textarea
          rows={8}
          spellcheck={false}
          value={draft.payload}
          onInput={({ currentTarget }) => change({ payload: currentTarget.value })}
        />
      </label>
      <label>
        Id, if it is to be a certain one
        <input
          value={draft.id}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ id: currentTarget.value })}
        />
      </label>
      <label>
        Sent
        <select value={draft.fault} onChange={({ currentTarget }) => change({ fault: currentTarget.value as Fault })}>
          {FAULTS.map((fault) => (
            <option key={fault} value={fault}>
              {FAULT_LABELS[fault]}
            </option>
          ))}
        </select>
      </label>
      <p>
        <button type="submit" class="main" disabled={isBusy || receiver.cannotSign !== null}>
          Send
        </button>{" "}
        {sentAs !== null && (
          <button type="button" onClick={() => onSent(sentAs)}>
            Show the delivery
          </button>
        )}
      </p>
      <Said answer={answer} />
    </form>
  );
}
