import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
  type InstanceSettings,
  instanceSettingsSchema,
  type SettingsPatch,
} from '@plugboard/contracts/api';
import { parseDocument, stringify } from 'yaml';

import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { patchFromUnset } from './settings-options.ts';

/**
 * Opens settings as YAML in the person's editor and resolves with what they are afterwards. The
 * editor is started from its words, without a shell; the file lies in a folder of its own that nobody
 * else may read, and is deleted.
 */
export async function editSettings(
  { env }: Terminal,
  head: string,
  settings: InstanceSettings,
): Promise<InstanceSettings> {
  const [program, ...args] = (env.VISUAL ?? env.EDITOR ?? '').split(/\s+/).filter(Boolean);
  if (program === undefined) {
    throw new CliError('usage', 'There is no editor to open.', {
      cure: 'name one in EDITOR, or change single settings: plugboard config set',
    });
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'plugboard-edit-'));
  const file = path.join(folder, 'settings.yaml');
  try {
    const body = Object.keys(settings).length === 0 ? '' : stringify(settings);
    await writeFile(file, `${head.replaceAll(/^/gm, '# ')}\n${body}`, { mode: 0o600 });
    await run(program, [...args, file]);
    return readSettings(await readFile(file, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads settings from YAML. Rejects with a `CliError` naming each field at fault. */
export function readSettings(text: string): InstanceSettings {
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) throw new CliError('usage', `The settings are not YAML: ${error.message}`);
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const parsed = instanceSettingsSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw new CliError('usage', `The settings are not right.\n${faults.join('\n')}`);
}

/** The change that makes the one settings of the other; undefined when they are the same. */
export function patchBetween(
  before: InstanceSettings,
  after: InstanceSettings,
): SettingsPatch | undefined {
  for (const name of ['approveScripts', 'command'] as const) {
    if (before[name] === after[name]) continue;
    throw new CliError(
      'usage',
      `${name} belongs to the package, and is said when a server is added.`,
    );
  }
  const { approveScripts: _scripts, command: _command, ...whole } = after;
  const gone = Object.keys(before).flatMap((name) => {
    const now = new Map<string, unknown>(Object.entries(after)).get(name);
    if (name === 'values' || name === 'env' || name === 'headers' || name === 'limits') {
      const left = new Set(Object.keys(after[name] ?? {}));
      return Object.keys(before[name] ?? {}).flatMap((key) =>
        left.has(key) ? [] : [`${name}.${key}`],
      );
    }
    return now === undefined ? [name] : [];
  });
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const removed = patchFromUnset(gone);
  return {
    ...removed,
    ...whole,
    ...((removed.values ?? whole.values) && { values: { ...removed.values, ...whole.values } }),
    ...((removed.env ?? whole.env) && { env: { ...removed.env, ...whole.env } }),
    ...((removed.headers ?? whole.headers) && {
      headers: { ...removed.headers, ...whole.headers },
    }),
    ...((removed.limits ?? whole.limits) && { limits: { ...removed.limits, ...whole.limits } }),
  };
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'inherit' });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('exit', resolve);
  let code: number | null;
  try {
    code = await promise;
  } catch (error) {
    throw new CliError('usage', `The editor ${program} cannot be started.`, { cause: error });
  }
  if (code !== 0)
    throw new CliError('failed', `The editor ended with ${code}; nothing was changed.`);
}
