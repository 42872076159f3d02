// The inbox contract passes an inbox that keeps it, and sees every rule that is broken.
import { describe, expect, it } from "vitest";
import { inboxCases } from "../../src/testing/inbox-contract/cases.js";
import { describeInbox, type InboxHarness, runInboxCase } from "../../src/testing/inbox-contract/index.js";
import { flawedInbox, type InboxFlaw, type MemoryInbox } from "../inbox/flawed-inbox.js";

function harness(flaw: InboxFlaw): InboxHarness {
  const inbox = flawedInbox(flaw, 200);
  const others: MemoryInbox[] = [];
  const peers = [inbox.peer(), inbox.peer(), inbox.peer()];
  return {
    inbox,
    peers,
    crash: (one) => (one as MemoryInbox).crash(),
    recoverySeconds: 1,
    // A flaw is seen by waiting in vain.
    patienceSeconds: flaw === "none" ? 30 : 4,
    maxWaiting: 200,
    withRetention: (retention) => {
      const other = inbox.peer(retention);
      others.push(other);
      return other;
    },
    close: async () => {
      for (const one of [inbox, ...peers, ...others]) await one.close();
    },
  };
}

describeInbox("an inbox in memory", () => harness("none"), { describe, it: it.concurrent });

const CATCHES: Readonly<Record<Exclude<InboxFlaw, "none">, string>> = {
  "forgets what is done": "knows an entry that is done",
  "overwrites a known entry": "leaves the entry as it was first put",
  "answers stored for what it knows": "stores an entry, and knows it when it comes again",
  "ignores the concurrency": "runs no more than its concurrency at once",
  "ignores the source": "runs only what is of its source",
  "runs an entry twice": "shares the work among workers, and runs each entry once",
  "dies of a run that rejects": "survives a run that rejects, against the contract, as a failed one",
  "does not count attempts": "runs it again, with the attempts counted and the progress handed on",
  "drops the progress": "runs it again, with the attempts counted and the progress handed on",
  "drops the progress that a run does not repeat": "keeps the progress of a run that adds none",
  "does not wait": "does not run it before its time",
  "holds everybody up": "lets others run meanwhile",
  "counts what is not to be counted": "does not count a run that is not to be counted",
  "drops the reason": "tells why it waits",
  "a time out of reason fires at once": "clamps a time that is out of all reason",
  "retries the dead": "is kept with its reason, and does not run",
  "redrive keeps the attempts": "waits again after redrive, with its attempts forgotten",
  "redrive takes what waits": "redrive leaves what waits, runs or is not known",
  "lists the newest first": "lists in pages, oldest first",
  "ignores the order": "runs entries of one key one after another, as they were put",
  "a dead one blocks its key": "a dead one lets those behind it pass",
  "stop does not wait": "waits for what runs, and takes nothing more",
  "stop goes on taking": "waits for what runs, and takes nothing more",
  "has no mark": "refuses what is beyond the mark, and takes it once there is room",
  "a crash loses the entry": "gives the entry to another worker, counted",
  "a poison entry runs for ever": "kills an entry whose 3 starts never ended",
  "bytes become text": "gives every field and every byte back",
  "keeps the done for ever": "forgets what is done after its time, and goes on keeping what is dead",
  "keeps the dead for ever": "forgets what is dead after its time, and goes on keeping what is done",
  "forgets the done before their time": "forgets nothing before its time, and nothing that waits",
  "forgets the dead with the done": "forgets what is done after its time, and goes on keeping what is dead",
  "forgets what waits": "forgets nothing before its time, and nothing that waits",
};

describe("the inbox contract", () => {
  it.concurrent.each(Object.entries(CATCHES))(
    "sees an inbox that: %s",
    async (flaw, rule) => {
      const one = inboxCases.find(({ name }) => name === rule);
      if (one === undefined) throw new Error(`no case is named "${rule}"`);
      await expect(runInboxCase(one, () => harness(flaw as InboxFlaw))).rejects.toThrow();
    },
    30_000,
  );
});
