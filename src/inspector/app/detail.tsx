// One delivery: what became of it, the checks in their order, and everything that came with it.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type {
  CheckView,
  DeliveryDetail,
  DeliverySummary,
  DiagnosisView,
  EndingView,
  EventView,
  ReceiverView,
  SentView,
} from "../wire.js";
import { order, read } from "./api.js";
import { eventKey, labelOf } from "./list.js";
import { type Answer, answerOf, Body, Code, Facts, Headers, Outcome, Said, Thrown } from "./parts.js";
import { duration, Text, Time, words } from "./text.js";

const RESULT_SIGNS: Readonly<Record<string, string>> = { passed: "✓", refused: "✕", undecided: "?", noted: "!" };

export interface DetailProps {
  readonly summary: DeliverySummary;
  readonly deliveries: readonly DeliverySummary[];
  readonly receivers: readonly ReceiverView[];
  readonly mayAct: boolean;
  readonly onSelect: (n: number) => void;
  readonly onClose: () => void;
}

export function Detail(props: DetailProps): VNode {
  const { summary, onClose } = props;
  const { n, revision } = summary;
  const [detail, setDetail] = useState<DeliveryDetail>();
  const [problem, setProblem] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    let isGone = false;
    read<DeliveryDetail>(`deliveries/${n}`).then(
      (view) => {
        if (isGone) return;
        setDetail(view);
        setProblem(undefined);
      },
      (error: Error) => isGone || setProblem(error.message),
    );
    return () => {
      isGone = true;
    };
  }, [n, revision]);

  useEffect(() => heading.current?.focus(), [n]);

  function leave(event: KeyboardEvent): void {
    if (event.key === "Escape") onClose();
  }

  const isHere = detail?.summary.n === n;
  return (
    <section class="detail" aria-labelledby="detail-title" onKeyDown={leave}>
      <header>
        <h2 id="detail-title" ref={heading} tabIndex={-1}>
          <Outcome name={summary.outcome} tone={summary.tone} />{" "}
          {summary.eventType !== null && <Text of={summary.eventType} />}
        </h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      {problem !== undefined && <p class="said error">{problem}</p>}
      {isHere && <Content {...props} detail={detail} />}
    </section>
  );
}

function Content({ detail, deliveries, receivers, mayAct, onSelect }: DetailProps & { detail: DeliveryDetail }): VNode {
  const { summary, trace, ending, diagnosis, late, query, headers, body, replyType, retryAfterSeconds } = detail;
  const receiver = receivers[summary.receiver] as ReceiverView;
  const key = eventKey(summary);
  const others = summary.eventId === null ? [] : deliveries.filter((one) => eventKey(one) === key);
  return (
    <>
      <Rejection ending={ending} diagnosis={diagnosis} />
      <Facts
        of={[
          ["Arrived", <Time key="t" ms={summary.atMs} isFull />],
          ["Receiver", `${labelOf(receiver)}, ${receiver.sender}`],
          ["Event id", summary.eventId === null ? null : <Text key="i" of={summary.eventId} />],
          ["Tenant", summary.tenant === null ? null : <Text key="e" of={summary.tenant} />],
          ["From", summary.from === null ? null : <Text key="f" of={summary.from} />],
          ["Called", summary.path === null ? null : <Text key="c" of={`${summary.method} ${summary.path}`} />],
          ["Query", query === null ? null : <Text key="q" of={query} />],
          [
            "The sender heard",
            summary.via === "delivery"
              ? `${summary.status}${summary.willRetry ? ", come again" : ", the end"}${retryAfterSeconds === null ? "" : ` after ${retryAfterSeconds} s`}${replyType === null ? "" : `, ${replyType}`}`
              : `nothing: this ran ${summary.via === "inbox" ? "from the inbox" : "in a backfill"}`,
          ],
          ["Took", duration(summary.durationMs)],
        ]}
      />
      {late !== null && (
        <>
          <h3>Later the handler ended</h3>
          <Rejection ending={late} isLate />
        </>
      )}
      {trace.length > 0 && (
        <>
          <h3>Checks</h3>
          <Checks trace={trace} ending={ending} />
        </>
      )}
      <Replay detail={detail} mayAct={mayAct} onSelect={onSelect} />
      {others.length > 1 && (
        <>
          <h3>This event came {others.length} times</h3>
          <ol class="others">
            {[...others].reverse().map((one) => (
              <li key={one.n}>
                <button
                  type="button"
                  disabled={one.n === summary.n}
                  aria-current={one.n === summary.n ? "true" : undefined}
                  onClick={() => onSelect(one.n)}
                >
                  <Time ms={one.atMs} /> <Outcome name={one.outcome} tone={one.tone} />
                  {one.via !== "delivery" && ` (${one.via})`}
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
      <h3>Headers</h3>
      <Headers headers={headers} />
      <h3>Body</h3>
      <Body key={summary.n} body={body} />
    </>
  );
}

function Rejection({
  ending,
  diagnosis = null,
  isLate = false,
}: {
  ending: EndingView;
  diagnosis?: DiagnosisView | null;
  isLate?: boolean;
}): VNode {
  const { meaning, hint, fix, error, events, moreEvents } = ending;
  const [only] = events;
  // What is said of the delivery is said of its only event as well.
  const isRepeated = events.length === 1 && only?.outcome === ending.outcome && only.notes.length === 0;
  const isGood = ending.tone === "good" || ending.tone === "skipped";
  return (
    <div class={`ending ${ending.tone}`}>
      <p>
        {isLate && (
          <>
            <Outcome name={ending.outcome} tone={ending.tone} /> after {duration(ending.durationMs)}.{" "}
          </>
        )}
        <Code of={meaning} />
      </p>
      {hint !== null && (
        <p class="hint">
          {!isGood && <b>Why: </b>}
          <Text of={hint} isMultiline />
        </p>
      )}
      {diagnosis !== null && (
        <p class="diagnosis">
          <b>Diagnosis: </b>
          <Text of={diagnosis.found} />.
        </p>
      )}
      {fix !== "" && !isGood && (
        <p class="fix">
          <b>What to do: </b>
          <Code of={diagnosis?.fix ?? fix} />
        </p>
      )}
      {error !== null && <Thrown error={error} />}
      {events.length > 0 && !isRepeated && (
        <ol class="events" aria-label="Events">
          {events.map((event, at) => (
            <li key={at}>
              <OneEvent event={event} isTold={event.hint === hint} />
            </li>
          ))}
        </ol>
      )}
      {moreEvents > 0 && <p class="about">and {moreEvents} events more</p>}
    </div>
  );
}

function OneEvent({ event, isTold }: { event: EventView; isTold: boolean }): VNode {
  const { outcome, tone, id, type, attempt, notes, hint, error } = event;
  return (
    <>
      <Outcome name={outcome} tone={tone} /> <Text of={type} /> {id !== null && <Text of={id} />}
      {attempt !== null && attempt > 1 && <span class="tag">attempt {attempt}</span>}
      {notes.map((note) => (
        <span key={note} class="tag warn">
          {words(note)}
        </span>
      ))}
      {hint !== null && !isTold && (
        <p class="hint">
          <Text of={hint} isMultiline />
        </p>
      )}
      {error !== null && !isTold && <Thrown error={error} />}
    </>
  );
}

function Checks({ trace, ending }: { trace: readonly CheckView[]; ending: EndingView }): VNode {
  const lastMs = trace.at(-1)?.atMs ?? null;
  const restMs = ending.durationMs === null || lastMs === null ? null : ending.durationMs - lastMs;
  return (
    <ol class="checks">
      {trace.map(({ check, result, hint, atMs }, at) => {
        const tookMs = atMs === null ? null : atMs - (trace[at - 1]?.atMs ?? 0);
        return (
          <li key={at} class={result}>
            <span class="sign" aria-hidden="true">
              {RESULT_SIGNS[result] ?? "·"}
            </span>
            <span class="name">
              {words(check)} <span class="result">{result}</span>
            </span>
            <span class="number">{duration(tookMs)}</span>
            {hint !== null && (
              <p class="hint">
                <Text of={hint} isMultiline />
              </p>
            )}
          </li>
        );
      })}
      {restMs !== null && ending.events.length > 0 && (
        <li class="rest">
          <span class="sign" aria-hidden="true">
            →
          </span>
          <span class="name">store and handler</span>
          <span class="number">{duration(restMs)}</span>
        </li>
      )}
    </ol>
  );
}

function Replay({
  detail,
  mayAct,
  onSelect,
}: {
  detail: DeliveryDetail;
  mayAct: boolean;
  onSelect: (n: number) => void;
}): VNode | null {
  const [answer, setAnswer] = useState<Answer>();
  const [isBusy, setBusy] = useState(false);
  if (!mayAct || detail.summary.via !== "delivery") return null;
  const { cannotReplay, summary } = detail;

  async function replay(): Promise<void> {
    setBusy(true);
    const said = await answerOf(async () => {
      const sent = await order<SentView>("replay", { n: summary.n });
      if (sent.n !== null) onSelect(sent.n);
      return `Delivered again: ${sent.status} ${words(sent.outcome)}`;
    });
    setAnswer(said);
    setBusy(false);
  }

  return (
    <div class="act">
      <button type="button" disabled={isBusy || cannotReplay !== null} onClick={replay}>
        Deliver again
      </button>{" "}
      <span class="about">
        {cannotReplay === null ? (
          "the same event, byte for byte, signed anew as a retry is: what was handled is a duplicate"
        ) : (
          <>not possible: {cannotReplay}</>
        )}
      </span>
      <Said answer={answer} />
    </div>
  );
}
