// Parts that several views share: outcomes, headers, bodies and errors.
import type { ComponentChildren, VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { BodyView, ErrorView, HeaderView, Tone } from "../wire.js";
import { signOf } from "./chart.js";
import { indented } from "./indent.js";
import { bytes, Text, words } from "./text.js";

export function Outcome({ name, tone }: { name: string; tone: Tone }): VNode {
  return (
    <span class={`outcome ${tone}`}>
      <span aria-hidden="true">{signOf(tone)} </span>
      {words(name)}
    </span>
  );
}

/** Our own sentences: `names` between backticks. */
export function Code({ of }: { of: string }): VNode {
  return <>{of.split("`").map((part, at) => (at % 2 === 0 ? part : <code key={part}>{part}</code>))}</>;
}

export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren])[] }): VNode {
  return (
    <dl class="facts">
      {of.map(([name, value]) =>
        value === null || value === undefined || value === "" ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

export function Headers({ headers }: { headers: readonly HeaderView[] }): VNode {
  if (headers.length === 0) return <p class="none">None.</p>;
  return (
    <div class="scroll">
      <table class="headers">
        <thead class="sr">
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {headers.map(({ name, value, length }, at) => (
            <tr key={at}>
              <th scope="row">
                <Text of={name} />
              </th>
              <td>{value === null ? <i class="scrubbed">scrubbed, {length} characters</i> : <Text of={value} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Body({ body }: { body: BodyView }): VNode {
  const { text, base64, sizeBytes, shownBytes, isScrubbed } = body;
  const pretty = useMemo(() => (text === null ? undefined : indented(text)), [text]);
  const [isAsSent, setAsSent] = useState(false);
  const shown = text === null ? (base64 ?? "") : isAsSent || pretty === undefined ? text : pretty;
  const told = [
    bytes(sizeBytes),
    shownBytes < sizeBytes ? `the first ${bytes(shownBytes)} were kept` : "",
    text === null && sizeBytes > 0 ? "no UTF-8, so in base64" : "",
    isScrubbed ? "secrets in it are scrubbed" : "",
  ].filter((part) => part !== "");
  return (
    <div class="body">
      <p class="about">
        {told.join(" · ")}
        {pretty !== undefined && (
          <label>
            <input type="checkbox" checked={isAsSent} onChange={() => setAsSent(!isAsSent)} /> as it came
          </label>
        )}
      </p>
      {shown !== "" && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre tabIndex={0}>
          <Text of={shown} isMultiline />
        </pre>
      )}
    </div>
  );
}

export function Thrown({ error }: { error: ErrorView }): VNode {
  return (
    <div class="thrown">
      <p>
        <b>
          <Text of={error.title} isMultiline />
        </b>
      </p>
      {error.stack !== null && (
        <details>
          <summary>Where</summary>
          <pre>
            <Text of={error.stack} isMultiline />
          </pre>
        </details>
      )}
      {error.cause !== null && (
        <div class="cause">
          <p class="about">because of</p>
          <Thrown error={error.cause} />
        </div>
      )}
    </div>
  );
}

/** What a button did, or why it could not. */
export interface Answer {
  readonly isError: boolean;
  readonly text: string;
}

export function Said({ answer }: { answer: Answer | undefined }): VNode {
  return (
    <p role="status" class={answer?.isError ? "said error" : "said"}>
      {answer !== undefined && <Text of={answer.text} isMultiline />}
    </p>
  );
}

export async function answerOf(act: () => Promise<string>): Promise<Answer> {
  try {
    return { isError: false, text: await act() };
  } catch (error) {
    return { isError: true, text: error instanceof Error ? error.message : String(error) };
  }
}
