import type { CommandReading } from './how-it-runs.ts';
import { shownOption } from './shown-option.ts';

/** Options of `docker run` that stand alone. */
const switches =
  /^(?:-[itdPq]+|--(?:interactive|tty|rm|detach|init|privileged|read-only|publish-all|no-healthcheck|oom-kill-disable|quiet|sig-proxy)(?:=(?:true|false))?)$/;

/** Options that mean something here which is decided here. */
const told: readonly [RegExp, string][] = [
  [
    /^(?:-v|--volume|--mount|--tmpfs)$/,
    'folders that it mounts are not carried over: name them with --mount.',
  ],
  [
    /^(?:--network|--net)$/,
    'its network is not carried over: give a network policy with --network.',
  ],
  [/^--env-file$/, 'its file of variables was not read.'],
  [/^(?:-m|--memory|--cpus|--pids-limit)$/, 'its limits are not carried over.'],
];

/** Reads `docker run`: the image, the variables that reach it, the arguments after it. */
export function readImage(
  args: readonly string[],
  env: ReadonlyMap<string, string>,
): CommandReading {
  const nothing = { args: [], env: new Map<string, string>(), headers: new Map<string, string>() };
  const begin = args[0] === 'container' ? 1 : 0;
  if (args[begin] !== 'run') {
    const why =
      args[0] === 'mcp'
        ? "it is Docker's own MCP gateway: export its profile (docker mcp profile export) and import that"
        : 'it is a command of Docker that runs no image';
    return { run: { kind: 'command', why }, ...nothing, problems: [] };
  }
  const variables = new Map<string, string>();
  const problems = new Set<string>();
  let at = begin + 1;
  for (; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (!argument.startsWith('-')) break;
    if (switches.test(argument)) continue;
    const [option, value] = splitOption(argument, () => args[(at += 1)] ?? '');
    if (option === '-e' || option === '--env') addVariable(variables, value, env);
    else {
      const [, words] = told.find(([form]) => form.test(option)) ?? [];
      if (words !== undefined) problems.add(words);
      else if (!/^(?:--name|--platform|--pull|-l|--label|--log-driver|-u|--user)$/.test(option)) {
        problems.add(`an option of docker run was left out: ${shownOption(option)}.`);
      }
    }
  }
  const image = args[at];
  if (image === undefined || !/^[a-z0-9][\w./:@-]*$/i.test(image)) {
    const why = 'it names no image to run';
    return { run: { kind: 'command', why }, ...nothing, problems: [...problems] };
  }
  return {
    run: { kind: 'image', image },
    args: args.slice(at + 1),
    env: variables,
    headers: new Map(),
    problems: [...problems],
  };
}

function splitOption(argument: string, next: () => string): [option: string, value: string] {
  const [, long, inline] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
  if (long !== undefined && inline !== undefined) return [long, inline];
  // `-eNAME=value`, as one word.
  const [, short, joined] = /^(-[evmu])(.+)$/s.exec(argument) ?? [];
  if (short !== undefined && joined !== undefined) return [short, joined];
  return [argument, next()];
}

/** `NAME=value`, or `NAME` for what the client's own environment has. */
function addVariable(
  variables: Map<string, string>,
  text: string,
  env: ReadonlyMap<string, string>,
): void {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  if (!/^[A-Za-z_]\w*$/.test(name)) return;
  variables.set(name, at < 0 ? (env.get(name) ?? `\${${name}}`) : text.slice(at + 1));
}
