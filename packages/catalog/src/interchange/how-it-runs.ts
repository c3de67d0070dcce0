import { readImage } from './run-image.ts';
import { readRemoteBridge } from './run-remote-bridge.ts';
import { shownOption } from './shown-option.ts';

/** What a command line comes to. References in it are not resolved yet. */
export interface CommandReading {
  readonly run:
    | {
        readonly kind: 'package';
        readonly registry: 'npm' | 'pypi';
        readonly name: string;
        readonly version: string | undefined;
        readonly command: string | undefined;
      }
    | { readonly kind: 'image'; readonly image: string }
    | {
        readonly kind: 'remote';
        readonly url: string;
        readonly transport: 'streamable-http' | 'sse' | undefined;
      }
    | { readonly kind: 'command'; readonly why: string };
  /** The server's own. */
  readonly args: readonly string[];
  /** Variables that the command line sets, or, for an image, all that reach it. */
  readonly env: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

const nothing = { args: [], env: new Map<string, string>(), headers: new Map<string, string>() };

/**
 * Understands how a client starts a server, without running any of it. `env` is what the client sets
 * for the command. A command line that is no known runner's is told as `command`.
 */
export function readCommand(
  command: string,
  args: readonly string[],
  env: ReadonlyMap<string, string>,
): CommandReading {
  const program = programOf(command);
  // The whole line in one field, as some people write it.
  if (
    args.length === 0 &&
    /\s/.test(command.trim()) &&
    runners.has(programOf(firstWord(command)))
  ) {
    const [first = '', ...rest] = command.trim().split(/\s+/);
    return readCommand(first, rest, env);
  }
  if (program === 'cmd' && /^\/[ck]$/i.test(args[0] ?? '')) {
    const [, inner = '', ...rest] = args;
    return readCommand(inner, rest, env);
  }
  if (program === 'env') return readEnv(args, env);
  const runner = runners.get(program);
  return runner ? runner(args, env) : foreign(program);
}

type Runner = (args: readonly string[], env: ReadonlyMap<string, string>) => CommandReading;

const npx: Runner = (args, env) => readNpm(args, env);
const uvx: Runner = (args, env) => readPython(args, env);

/** `npm exec`, `pnpm dlx` and the like: what follows the word is npx's. */
function after(words: readonly string[], runner: Runner): Runner {
  return (args, env) => {
    const fits = words.some((word) => {
      const parts = word.split(' ');
      return parts.every((part, at) => args[at] === part);
    });
    if (!fits) return foreign('a package manager that is told to do something else');
    const word = words.find((each) => each.split(' ').every((part, at) => args[at] === part)) ?? '';
    return runner(args.slice(word.split(' ').length), env);
  };
}

const runners = new Map<string, Runner>([
  ['npx', npx],
  ['bunx', npx],
  ['pnpx', npx],
  ['npm', after(['exec', 'x'], npx)],
  ['pnpm', after(['dlx'], npx)],
  ['yarn', after(['dlx'], npx)],
  ['bun', after(['x'], npx)],
  ['uvx', uvx],
  ['uv', after(['tool run', 'x'], uvx)],
  ['pipx', after(['run'], uvx)],
  ['docker', (args, env) => readImage(args, env)],
  ['podman', (args, env) => readImage(args, env)],
]);

/** The program's name without its folder and without what Windows puts behind it. */
function programOf(command: string): string {
  const [name = ''] = command.trim().split(/[/\\]/).slice(-1);
  return name.toLowerCase().replace(/\.(?:cmd|exe|bat|ps1)$/, '');
}

function firstWord(text: string): string {
  return text.trim().split(/\s+/)[0] ?? '';
}

function readEnv(args: readonly string[], env: ReadonlyMap<string, string>): CommandReading {
  const own = new Map(env);
  let at = 0;
  for (; at < args.length; at += 1) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(args[at] ?? '') ?? [];
    if (name === undefined || value === undefined) break;
    own.set(name, value);
  }
  const command = args[at];
  if (command === undefined || command.startsWith('-')) return foreign('env');
  const inner = readCommand(command, args.slice(at + 1), own);
  return inner.run.kind === 'image' ? inner : { ...inner, env: new Map([...own, ...inner.env]) };
}

function foreign(program: string): CommandReading {
  if (program === 'plugboard') {
    return { run: { kind: 'command', why: 'it is Plugboard itself' }, ...nothing, problems: [] };
  }
  const why = /^(?:sh|bash|zsh|dash|fish|cmd|powershell|pwsh)$/.test(program)
    ? 'it is a shell command, and those are not run'
    : /^(?:node|python\d?(?:\.\d+)?|deno|bun|java|go|dotnet|ruby|php|cargo|uv|npm|pnpm|yarn)$/.test(
          program,
        )
      ? `it runs a program of the client's machine by ${program}; publish it as a package or pack it as a bundle (.mcpb), and add that`
      : "it runs a program of the client's machine; add it as a package, an image or a bundle (.mcpb)";
  return { run: { kind: 'command', why }, ...nothing, problems: [] };
}

const npmSwitches = new Set([
  '-y',
  '--yes',
  '-q',
  '--quiet',
  '--silent',
  '-s',
  '--bun',
  '--prefer-offline',
  '--prefer-online',
  '--no-install',
  '--ignore-existing',
  '--no',
]);

/** npx and its kin: options, a package unless `-p` names it, its command's arguments. */
function readNpm(args: readonly string[], env: ReadonlyMap<string, string>): CommandReading {
  const problems: string[] = [];
  let named: string | undefined;
  let at = 0;
  for (; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (argument === '--') {
      at += 1;
      break;
    }
    if (!argument.startsWith('-')) break;
    const [, inline] = /^(?:--package|-p)=(.+)$/.exec(argument) ?? [];
    if (inline !== undefined) named ??= inline;
    else if (argument === '-p' || argument === '--package') {
      at += 1;
      named ??= args[at];
    } else if (argument === '-c' || argument === '--call') {
      return foreign('sh');
    } else if (/^--(?:registry|cache|userconfig)$/.test(argument)) {
      at += 1;
      problems.push(`${argument} is not carried over: Plugboard's own registry settings count.`);
    } else if (argument.startsWith('--registry=')) {
      problems.push("--registry is not carried over: Plugboard's own registry settings count.");
    } else if (!npmSwitches.has(argument)) {
      problems.push(`an option of the runner was left out: ${shownOption(argument)}.`);
    }
  }
  const word = args[at];
  const spec = splitNpmSpec(named ?? word ?? '');
  if (!spec) {
    const why = 'what it runs is not a package of the registry by name';
    return { run: { kind: 'command', why }, ...nothing, problems };
  }
  const rest = args.slice(at + 1);
  const bridge = named === undefined ? readRemoteBridge(spec.name, rest, env) : undefined;
  if (bridge) return bridge;
  const command = named === undefined ? undefined : word;
  const run = { kind: 'package', registry: 'npm', ...spec, command } as const;
  return { run, args: rest, env, headers: new Map(), problems };
}

/** Splits `@scope/name@version`; undefined for what the registry would not be asked for. */
export function splitNpmSpec(
  text: string,
): { name: string; version: string | undefined } | undefined {
  const [, name, version] =
    /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@([A-Za-z0-9.^~<>=*+-]+))?$/.exec(
      text,
    ) ?? [];
  if (name === undefined || name.length > 214) return undefined;
  return { name, version: version === 'latest' ? undefined : version };
}

function readPython(args: readonly string[], env: ReadonlyMap<string, string>): CommandReading {
  const problems: string[] = [];
  let named: string | undefined;
  let at = 0;
  for (; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (!argument.startsWith('-')) break;
    const [, inline] = /^--(?:from|spec)=(.+)$/.exec(argument) ?? [];
    if (inline !== undefined) named = inline;
    else if (argument === '--from' || argument === '--spec') {
      at += 1;
      named = args[at];
    } else if (
      /^--(?:python|with|index-url|extra-index-url|refresh-package)$|^-p$/.test(argument)
    ) {
      at += 1;
      problems.push(`an option of the runner was left out: ${shownOption(argument)}.`);
    }
  }
  const word = args[at] ?? '';
  const [, name, version] =
    /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[\w,-]*\])?(?:(?:==|@)([\w.+!-]+))?$/.exec(named ?? word) ??
    [];
  if (name === undefined) {
    const why = 'what it runs is not a package of the registry by name';
    return { run: { kind: 'command', why }, ...nothing, problems };
  }
  return {
    run: {
      kind: 'package',
      registry: 'pypi',
      name,
      version: version === 'latest' ? undefined : version,
      command: named === undefined ? undefined : word,
    },
    args: args.slice(at + 1),
    env,
    headers: new Map(),
    problems,
  };
}
