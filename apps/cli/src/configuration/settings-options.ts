import type { SettingsPatch } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { parseValues } from '../values/configuration-values.ts';
import { parseDuration } from '../values/moment.ts';
import { parseMount } from '../values/mount.ts';
import { parseNamedValues } from '../values/named-values.ts';
import { parseNetwork } from '../values/network.ts';
import { parseNumber, parseWhole } from '../values/numbers.ts';

/** What of settings can be said on a command line. */
export interface SettingsOptions {
  readonly set?: string[];
  readonly env?: string[];
  readonly header?: string[];
  readonly arg?: string[];
  readonly network?: string;
  readonly mount?: string[];
  readonly memory?: number;
  readonly cpus?: number;
  readonly pids?: number;
  readonly idle?: number;
  readonly startTimeout?: number;
}

export function addSettingsOptions(command: Command): Command {
  return command
    .option('--set <key=value...>', 'a value of the schema; the same key again makes a list')
    .option('--env <name=value...>', 'environment variable besides those, not for secrets')
    .option('--header <name=value...>', 'header sent to a remote server, not for secrets')
    .option('--arg <argument...>', 'arguments, in place of all that configuration makes')
    .option('--network <policy>', 'off, open, or hosts it may reach, separated by commas')
    .option('--mount <path...>', 'folders it may read; /path:rw to write as well')
    .option('--memory <mb>', 'memory limit in MB', parseWhole)
    .option('--cpus <count>', 'limit of processor time, such as 0.5', parseNumber)
    .option('--pids <count>', 'limit of processes and threads', parseWhole)
    .option('--idle <time>', 'sleep after this long unused, such as 10m; 0s never', parseDuration)
    .option('--start-timeout <time>', 'how long a start may take, such as 60s', parseDuration);
}

/** The change of settings that options say. */
export function patchFromOptions(options: SettingsOptions): SettingsPatch {
  const limits = {
    ...(options.memory !== undefined && { memoryMb: options.memory }),
    ...(options.cpus !== undefined && { cpus: options.cpus }),
    ...(options.pids !== undefined && { pids: options.pids }),
  };
  return {
    ...(options.set && { values: parseValues(options.set) }),
    ...(options.env && { env: parseNamedValues('--env', options.env) }),
    ...(options.header && { headers: parseNamedValues('--header', options.header) }),
    ...(options.arg && { args: options.arg }),
    ...(options.network !== undefined && { network: parseNetwork(options.network) }),
    ...(options.mount && { mounts: options.mount.map(parseMount) }),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(options.idle !== undefined && { idleMs: options.idle }),
    ...(options.startTimeout !== undefined && { startTimeoutMs: options.startTimeout }),
  };
}

const whole = [
  'preset',
  'template',
  'args',
  'network',
  'mounts',
  'idleMs',
  'startTimeoutMs',
  'transport',
  'allowPrivateNetwork',
] as const;

/** Takes settings away by the paths that `config show` shows; a bare name is a value's key. */
export function patchFromUnset(paths: readonly string[]): SettingsPatch {
  const patch: SettingsPatch = {};
  for (const path of paths) {
    const setting = whole.find((each) => each === path);
    if (setting) {
      patch[setting] = null;
      continue;
    }
    const [, group = 'values', name = path] =
      /^(values|env|headers|limits)\.(.+)$/s.exec(path) ?? [];
    if (group === 'limits') {
      if (name !== 'memoryMb' && name !== 'cpus' && name !== 'pids') {
        throw new CliError('usage', 'Limits are limits.memoryMb, limits.cpus and limits.pids.');
      }
      patch.limits = { ...patch.limits, [name]: null };
    } else if (group === 'env') patch.env = { ...patch.env, [name]: null };
    else if (group === 'headers') patch.headers = { ...patch.headers, [name]: null };
    else patch.values = { ...patch.values, [name]: null };
  }
  return patch;
}
