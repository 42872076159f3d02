// Tests of `hookgate completion` and of the candidates that its scripts ask for.
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { cli } from "./cli.js";

async function candidates(...words: readonly string[]): Promise<readonly string[]> {
  return (await cli(["__complete", ...words])).out.split("\n").filter((word) => word !== "");
}

describe("completes", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["commands", ["se"], ["send", "senders"]],
    ["commands after help", ["help", "ver"], ["verify"]],
    ["options of a command", ["send", "http://x", "--sc"], ["--scenario"]],
    ["options of all commands", ["senders", "--js"], ["--json"]],
    ["senders", ["verify", "--sender", "str"], ["strava", "stripe"]],
    ["senders of a value after =", ["verify", "--sender=strip"], ["--sender=stripe"]],
    ["senders of a value that bash splits", ["verify", "--sender", "=", "strip"], ["stripe"]],
    ["scenarios", ["send", "--scenario", "t"], ["tampered"]],
    ["the last item of a list", ["send", "--scenario", "valid,st"], ["valid,stale"]],
    ["actions", ["endpoints", "r"], ["rotate", "remove"]],
    ["states of an inbox", ["inbox", "list", "--state", "d"], ["dead", "done"]],
    ["no option twice", ["send", "--sender", "stripe", "--sender"], []],
    ["an option that may be given again", ["send", "--secret-env", "A", "--secret-e"], ["--secret-env"]],
    ["no second action", ["inbox", "list", ""], []],
    ["nothing for a file name", ["verify", "--delivery", ""], []],
    ["nothing for an unknown command", ["frobnicate", ""], []],
  ])("%s", async (_, words, expected) => {
    expect([...(await candidates(...words))].sort()).toEqual([...expected].sort());
  });

  it("every command and help at the first word", async () => {
    expect(await candidates("")).toEqual(expect.arrayContaining(["send", "completion", "help", "--version"]));
  });
});

describe("the script", () => {
  it("of bash passes the words to hookgate and takes its candidates", async () => {
    const { out, code } = await cli(["completion", "bash"]);
    expect(code).toBe(0);
    // A stand-in for the command prints its arguments in brackets.
    const script = `${out}
      hookgate() { printf '[%s]\\n' "$@"; }
      COMP_WORDS=(hookgate send --sender 'st') COMP_CWORD=3
      _hookgate
      printf '%s\\n' "\${COMPREPLY[@]}"
      complete -p hookgate`;
    const ran = execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
    expect(ran).toBe("[__complete]\n[send]\n[--sender]\n[st]\ncomplete -o default -F _hookgate hookgate\n");
  });

  it.each([
    ["zsh", /^#compdef hookgate\n[\s\S]*compadd/],
    ["fish", /complete -c hookgate/],
  ])("of %s defines a completion of hookgate", async (shell, text) => {
    expect((await cli(["completion", shell])).out).toMatch(text);
    expect((await cli(["completion", shell, "--json"])).json()).toMatchObject({ shell });
  });

  it.each([
    ["no shell", [], /takes one of bash, zsh, fish/],
    ["a misspelt shell", ["bsh"], /did you mean bash\?/],
    ["two shells", ["bash", "zsh"], /takes one of/],
  ])("is refused for %s", async (_, args, message) => {
    const called = await cli(["completion", ...args]);
    expect([called.code, called.err]).toEqual([2, expect.stringMatching(message)]);
  });
});
