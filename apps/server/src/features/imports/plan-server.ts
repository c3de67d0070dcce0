import {
  defaultTarget,
  type EntryMatch,
  fitConfiguration,
  type FittedConfiguration,
  type ImportedServer,
  type ImportedValue,
  matchEntry,
  type ServerJson,
} from '@plugboard/catalog';
import type {
  AddInstanceInput,
  ImportInput,
  InstanceSettings,
  PlannedServer,
} from '@plugboard/contracts/api';
import { Secret } from '@plugboard/vault';

/** A server of a configuration with what it would be here; its secrets are not in the plan. */
export interface ServerPlan {
  readonly planned: PlannedServer;
  readonly secrets: Readonly<Record<string, Secret>>;
  /** What is asked of `instances.add`, but for slug, toolbox and secrets. */
  readonly request: (InstanceSettings & Pick<AddInstanceInput, 'server'>) | undefined;
}

type Choices = Pick<
  ImportInput,
  'plain' | 'disabled' | 'folders' | 'network' | 'allowPrivateNetwork'
>;

/** Decides what becomes of a server by itself, before it is compared with what is there. */
export function planServer(
  server: ImportedServer,
  entries: readonly ServerJson[],
  choices: Choices,
): ServerPlan {
  const found = matchEntry(server.run, entries);
  // Only where Plugboard would run the entry in the same way are its words of use.
  const match = found && isDefault(found) ? found : undefined;
  const plain = new Set(choices.plain);
  const fitted = fitConfiguration(server, match, plain);
  const problems = [...server.problems];
  const runs = presentRun(server);
  const missing = missingOf(server);
  const exposed = exposedSecrets(server, plain);
  const wanted = runnable(server, found, match);
  const mounts = wanted?.kind === 'process' ? mountsOf(fitted, choices) : [];
  if (fitted.unsure.length > 0) {
    problems.push(
      `taken for secrets, without being sure: ${fitted.unsure.join(', ')}. Say --plain NAME for one that is none.`,
    );
  }
  if (exposed.length > 0) {
    problems.push(
      `${exposed.join(' and ')}: that is a secret in a place that others can read, so it is not added. ${cureOf(match)}`,
    );
  }
  if (wanted === undefined) problems.push(unsupported(server, found));
  if (mounts.length > 0) {
    problems.push(
      `it will ${mounts[0]?.writable === true ? 'change' : 'read'} folders of this machine: ${mounts.map(({ path }) => path).join(', ')}.`,
    );
  }
  const network = match || wanted?.kind !== 'process' ? undefined : choices.network;
  if (wanted?.kind === 'process' && !match && choices.network === undefined) {
    problems.push('the catalog does not know it, so it gets no network. Say --network for one.');
  }
  tellOfTools(server, problems);
  const settings = settingsOf(fitted, wanted?.kind, mounts, network, choices, server);
  const action: PlannedServer['action'] =
    wanted === undefined
      ? 'unsupported'
      : server.disabled && choices.disabled !== true
        ? 'disabled'
        : missing.length > 0
          ? 'incomplete'
          : exposed.length > 0
            ? 'blocked'
            : 'add';
  const secretNames = [...fitted.secrets.keys()];
  const title = found?.entry.title;
  return {
    planned: {
      name: server.name,
      ...(server.scope !== undefined && { scope: server.scope }),
      action,
      runs,
      ...(wanted && exposed.length === 0 && { server: wanted.server }),
      ...(found && { entry: { name: found.entry.name, ...(title !== undefined && { title }) } }),
      values: { ...fitted.values },
      ...(fitted.args && { args: shownArguments(server, plain) }),
      env: Object.fromEntries(fitted.env),
      headers: Object.fromEntries(fitted.headers),
      mounts,
      ...(network && { network }),
      secretNames,
      unsure: [...fitted.unsure],
      missing,
      ...(server.allowedTools && { allowedTools: [...server.allowedTools] }),
      disabledTools: [...server.disabledTools],
      groups: [...server.groups],
      problems,
    },
    secrets: Object.fromEntries(
      [...fitted.secrets].map(([name, { text }]) => [name, new Secret(text)]),
    ),
    request: wanted && action === 'add' ? { server: wanted.server, ...settings } : undefined,
  };
}

/** Whether Plugboard, asked for the entry, would run what was imported. */
function isDefault({ entry, target }: EntryMatch): boolean {
  const standard = defaultTarget(entry);
  return standard?.kind === target.kind && standard.index === target.index;
}

interface Wanted {
  readonly kind: 'process' | 'remote';
  readonly server: string;
}

/** How the engine of installing is to be asked for it; undefined for what cannot run here. */
function runnable(
  { run }: ImportedServer,
  found: EntryMatch | undefined,
  match: EntryMatch | undefined,
): Wanted | undefined {
  if (run.kind === 'package' && run.registry === 'npm') {
    const version = run.version === undefined ? '' : `@${run.version}`;
    return { kind: 'process', server: `${match?.entry.name ?? run.name}${version}` };
  }
  if (run.kind === 'remote') {
    if (match) return { kind: 'remote', server: match.entry.name };
    return { kind: 'remote', server: run.url.text };
  }
  if (run.kind !== 'entry' || !found) return undefined;
  const standard = defaultTarget(found.entry);
  if (!standard) return undefined;
  const kind = standard.kind === 'remote' ? 'remote' : 'process';
  return { kind, server: found.entry.name };
}

function unsupported({ name, run }: ImportedServer, found: EntryMatch | undefined): string {
  const other = found && defaultTarget(found.entry) ? found.entry.name : undefined;
  const instead =
    other === undefined
      ? ''
      : ` The catalog has it in a way that can: plugboard server add ${other}`;
  switch (run.kind) {
    case 'image':
      return `it is a container image, which cannot be run here yet.${instead}`;
    case 'package':
      return `it is a Python package, which cannot be run here yet.${instead}`;
    case 'entry':
      return `the catalog has no server ${run.name} that can be run here.`;
    case 'command':
      return `${run.why}.`;
    case 'remote':
      return `${name} has no address that can be connected to.`;
  }
}

function presentRun({ run }: ImportedServer): string {
  switch (run.kind) {
    case 'package':
      return `${run.registry} ${run.name}${run.version === undefined ? '' : `@${run.version}`}`;
    case 'image':
      return `image ${run.image}`;
    case 'remote': {
      const url = URL.parse(run.url.text);
      // The path may be the secret.
      return run.url.secrecy === 'plain' && run.url.missing.length === 0
        ? run.url.text
        : (url?.origin ?? 'an address that is not complete');
    }
    case 'entry':
      return run.name;
    case 'command':
      return 'a command';
  }
}

function missingOf(server: ImportedServer): PlannedServer['missing'] {
  const values: ImportedValue[] = [
    ...server.args,
    ...server.env.values(),
    ...server.headers.values(),
    ...(server.run.kind === 'remote' ? [server.run.url] : []),
  ];
  const found = new Map<string, PlannedServer['missing'][number]>();
  for (const reference of values.flatMap(({ missing }) => missing)) {
    found.set(`${reference.kind}:${reference.name}`, { ...reference });
  }
  return [...found.values()];
}

/** Where secrets stand that cannot be sealed: arguments and addresses. Never what they are. */
function exposedSecrets(server: ImportedServer, plain: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const [at, value] of server.args.entries()) {
    const [flag] = flagOf(server, at);
    if (value.missing.length > 0 || value.secrecy === 'plain' || plain.has(flag)) continue;
    found.push(flag.startsWith('-') ? `the value of ${flag}` : flag);
  }
  const { run } = server;
  if (run.kind === 'remote' && run.url.secrecy !== 'plain' && !plain.has('url')) {
    found.push('its address');
  }
  return found;
}

/** The option that an argument belongs to, or its position, as a person names it. */
function flagOf({ args }: ImportedServer, at: number): [name: string, joined: boolean] {
  const [, joined] = /^(--?[A-Za-z][\w-]*)=/.exec(args[at]?.text ?? '') ?? [];
  if (joined !== undefined) return [joined, true];
  const before = args[at - 1]?.text ?? '';
  return [/^--?[A-Za-z][\w-]*$/.test(before) ? before : `argument ${at + 1}`, false];
}

function cureOf(match: EntryMatch | undefined): string {
  const target =
    match?.target.kind === 'package' ? match.entry.packages?.[match.target.index] : undefined;
  const names = (target?.environmentVariables ?? [])
    .filter(({ isSecret }) => isSecret === true)
    .map(({ name }) => name);
  return names.length > 0
    ? `The server takes it as a variable too: ${names.join(', ')}.`
    : 'Give it as a variable or a header in the file, or say --plain if it is no secret.';
}

function shownArguments(server: ImportedServer, plain: ReadonlySet<string>): string[] {
  return server.args.map((value, at) => {
    const [flag, joined] = flagOf(server, at);
    if (value.secrecy === 'plain' || plain.has(flag)) return value.text;
    return joined ? `${flag}=[secret]` : '[secret]';
  });
}

function mountsOf(fitted: FittedConfiguration, { folders }: Choices): PlannedServer['mounts'] {
  if (folders === 'none') return [];
  const paths = [...new Set(fitted.folders)];
  return paths.map((path) => ({ path, writable: folders === 'write' }));
}

function settingsOf(
  fitted: FittedConfiguration,
  kind: Wanted['kind'] | undefined,
  mounts: PlannedServer['mounts'],
  network: ImportInput['network'],
  { allowPrivateNetwork }: Choices,
  { run }: ImportedServer,
): InstanceSettings {
  const values = Object.keys(fitted.values).length > 0 ? { values: { ...fitted.values } } : {};
  if (kind === 'remote') {
    const transport = run.kind === 'remote' ? run.transport : undefined;
    return {
      ...values,
      ...(transport === 'sse' && { transport }),
      ...(fitted.headers.size > 0 && { headers: Object.fromEntries(fitted.headers) }),
      ...(allowPrivateNetwork === true && { allowPrivateNetwork }),
    };
  }
  const command = run.kind === 'package' ? run.command : undefined;
  return {
    ...values,
    ...(fitted.args && { args: [...fitted.args] }),
    ...(fitted.env.size > 0 && { env: Object.fromEntries(fitted.env) }),
    ...(mounts.length > 0 && { mounts }),
    ...(network && { network }),
    ...(command !== undefined && { command }),
  };
}

function tellOfTools({ allowedTools, disabledTools }: ImportedServer, problems: string[]): void {
  if (allowedTools) {
    problems.push(`the client used these tools alone, so grant these: ${allowedTools.join(', ')}.`);
  }
  if (disabledTools.length > 0) {
    problems.push(
      `the client left these tools out, so do not grant them: ${disabledTools.join(', ')}.`,
    );
  }
}
