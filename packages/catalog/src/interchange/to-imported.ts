import { type CommandReading, readCommand } from './how-it-runs.ts';
import type { ImportedRun, ImportedServer, ImportedValue } from './imported-server.ts';
import type { RawServer } from './raw-server.ts';
import { resolveValue, type Resolving } from './references.ts';

/** Finds out how a server is run, and puts in what its references stand for. */
export function toImported(raw: RawServer, resolving: Resolving): ImportedServer {
  const reading = readRun(raw);
  const value = (name: string, text: string) => resolveValue(name, text, resolving);
  const headers = values(new Map([...raw.headers, ...reading.headers]), value);
  const run = finishRun(reading.run, value, headers);
  return {
    name: raw.name,
    scope: raw.scope,
    run,
    args: reading.args.map((text, at) => {
      const flag = reading.args[at - 1];
      return value(flag?.startsWith('-') === true ? flag : '', text);
    }),
    env: values(reading.env, value),
    headers,
    disabled: raw.disabled,
    allowedTools: raw.allowedTools,
    disabledTools: raw.disabledTools ?? [],
    groups: raw.groups ?? [],
    problems: [...raw.problems, ...reading.problems],
  };
}

type RunReading = Omit<CommandReading, 'run'> & {
  readonly run: CommandReading['run'] | Extract<ImportedRun, { kind: 'entry' }>;
};

function readRun(raw: RawServer): RunReading {
  const { url, command, image, entry, args, env, transport } = raw;
  const rest = { args, env, headers: new Map<string, string>(), problems: [] };
  if (url !== undefined) {
    const problems =
      command === undefined ? [] : ['it has an address and a command: the address counts.'];
    return { ...rest, args: [], run: { kind: 'remote', url, transport }, problems };
  }
  if (image !== undefined) return { ...rest, run: { kind: 'image', image } };
  if (entry !== undefined) return { ...rest, run: { kind: 'entry', name: entry } };
  if (command !== undefined) return readCommand(command, args, env);
  const why = 'it has neither a command nor an address';
  return { ...rest, run: { kind: 'command', why } };
}

function values(
  raw: ReadonlyMap<string, string>,
  value: (name: string, text: string) => ImportedValue,
): Map<string, ImportedValue> {
  return new Map([...raw].map(([name, text]) => [name, value(name, text)]));
}

/** The URL of a remote; a user and password in it become the header that they stand for. */
function finishRun(
  run: RunReading['run'],
  value: (name: string, text: string) => ImportedValue,
  headers: Map<string, ImportedValue>,
): ImportedRun {
  if (run.kind !== 'remote') return run;
  const url = value('', run.url);
  const parsed = URL.parse(url.text);
  if (!parsed || (parsed.username === '' && parsed.password === '')) return { ...run, url };
  const user = `${decode(parsed.username)}:${decode(parsed.password)}`;
  const text = `Basic ${btoa(String.fromCodePoint(...new TextEncoder().encode(user)))}`;
  if (!headers.has('Authorization')) {
    headers.set('Authorization', { text, secrecy: 'secret', missing: url.missing });
  }
  parsed.username = '';
  parsed.password = '';
  return { ...run, url: value('', parsed.href) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
