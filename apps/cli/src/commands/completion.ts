import { type Command, Argument } from 'commander';

import type { Session } from '../session.ts';

export function addCompletionCommand(program: Command, session: Session): void {
  program
    .command('completion')
    .description('print a script that completes commands in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
  bash  source <(plugboard completion bash)
  zsh   source <(plugboard completion zsh)
  fish  plugboard completion fish | source`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const words = wordsOf(program);
      await session.terminal.out(shell === 'fish' ? fishScript(words) : bashScript(words, shell));
    });
}

/** Words that may follow each command, by the command's path. */
type Words = readonly (readonly [path: string, words: readonly string[]])[];

function wordsOf(command: Command, path = ''): Words {
  const own = [
    ...command.commands.map((each) => each.name()),
    ...command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
    '--help',
  ];
  const inner = command.commands.flatMap((each) => wordsOf(each, `${path} ${each.name()}`.trim()));
  return [[path, own], ...inner];
}

function bashScript(words: Words, shell: 'bash' | 'zsh'): string {
  const cases = words.map(([path, own]) => `    "${path}") words="${own.join(' ')}" ;;`);
  return `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_plugboard() {
  local path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases.join('\n')}
    esac
    [ -n "$words" ] && break
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _plugboard plugboard ./plugboard
`;
}

function fishScript(words: Words): string {
  const lines = words.flatMap(([path, own]) => {
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`;
    return own.map((word) =>
      word.startsWith('--')
        ? `complete -c plugboard -n '${condition}' -l ${word.slice(2)}`
        : `complete -c plugboard -n '${condition}' -f -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
