// `hookgate completion`: prints the completion script of a shell.
import { nearest } from "../../lib/nearest.js";
import type { Command } from "../lib/command.js";
import { UsageError } from "../lib/usage-error.js";

/** The first argument of the call by which the scripts ask for candidates. */
export const COMPLETE = "__complete";

/** Each script passes the words up to the cursor. Without a candidate the shell completes file names. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_hookgate() {
  local IFS=$'\\n'
  COMPREPLY=($(hookgate ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _hookgate hookgate
`,
  zsh: `#compdef hookgate
_hookgate() {
  local -a candidates
  candidates=(\${(f)"$(hookgate ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#candidates} )); then compadd -a candidates; else _files; fi
}
compdef _hookgate hookgate
`,
  fish: `function __hookgate_complete
  set -l candidates (hookgate ${COMPLETE} (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $candidates) -gt 0
    printf '%s\\n' $candidates
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c hookgate -f -a '(__hookgate_complete)'
`,
};

export const completion: Command = {
  name: "completion",
  summary: "Prints the completion script of bash, zsh or fish.",
  usage: "bash|zsh|fish",
  details: [
    "The script completes commands, options, senders and scenarios. Load it in the start-up file of the shell. It calls hookgate, which must be on the PATH (npm install --global hookgate).",
  ],
  options: {},
  examples: [
    "hookgate completion bash >> ~/.bashrc",
    "hookgate completion zsh > ~/.zfunc/_hookgate",
    "hookgate completion fish > ~/.config/fish/completions/hookgate.fish",
  ],
  async run({ positionals }, { io, isJson }) {
    const [shell, ...others] = positionals;
    const names = Object.keys(SCRIPTS);
    if (shell === undefined || others.length > 0) throw new UsageError(`completion takes one of ${names.join(", ")}`);
    if (!Object.hasOwn(SCRIPTS, shell)) {
      const near = nearest(shell, names);
      const advice = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
      throw new UsageError(`completion: there is no script for ${JSON.stringify(shell)}; ${advice}`);
    }
    const script = SCRIPTS[shell] as string;
    io.out(isJson ? `${JSON.stringify({ shell, script }, null, 2)}\n` : script);
    return 0;
  },
};
