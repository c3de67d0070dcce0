import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { AppError } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';

import { type LogLevel, logLevels, type ServerConfig } from './config.ts';
import { readKeySettings } from './key-settings.ts';
import { isLoopback } from './loopback.ts';
import {
  defaultConsoleDir,
  defaultDataDir,
  defaultPort,
  type SettingName,
  settings,
} from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A value with the name of where it came from, for messages. */
interface Given {
  readonly from: string;
  readonly text: string;
}

/**
 * Reads flags (without node and script) and environment into one frozen configuration. Throws
 * `AppError('invalid_input')` that names the flag or variable at fault and what would be right.
 */
export function readConfig(
  args: readonly string[],
  env: Environment,
  terminal = false,
): ServerConfig {
  const given = collect(parseFlags(args), env);
  const dataDir = resolve(text(given('dataDir')) ?? defaultDataDir());
  const config: ServerConfig = {
    host: host(given('host')),
    port: port(given('port')),
    dataDir,
    catalogDir: resolve(text(given('catalogDir')) ?? join(dataDir, 'catalog')),
    consoleDir: resolve(text(given('consoleDir')) ?? defaultConsoleDir()),
    baseUrl: baseUrl(given('baseUrl')),
    allowedHosts: allowedHosts(given('allowedHosts')),
    trustedProxies: trustedProxies(given('trustedProxies')),
    smtpUrl: smtpUrl(env.PLUGBOARD_SMTP_URL),
    mailFrom: mailFrom(given('mailFrom')),
    databaseUrl: databaseUrl(env.DATABASE_URL),
    keys: readKeySettings(text(given('keyProvider')), dataDir, env),
    allowUnsandboxed: yes(given('allowUnsandboxed')),
    allowPrivateClients: yes(given('allowPrivateClients')),
    catalogSync: oneOf(given('catalogSync'), ['scheduled', 'manual'] as const) ?? 'scheduled',
    logLevel: oneOf<LogLevel>(given('logLevel'), logLevels) ?? 'warn',
    progress: oneOf(given('progress'), ['text', 'json'] as const) ?? (terminal ? 'text' : 'json'),
  };
  refuseUnsafePublicBind(config);
  return Object.freeze(config);
}

type Flags = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function parseFlags(args: readonly string[]): Flags {
  const options = Object.fromEntries(
    Object.values(settings).map((setting) => [
      setting.flag,
      { type: setting.type, multiple: 'multiple' in setting },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    const flags = Object.values(settings).map((setting) => `--${setting.flag}`);
    throw new AppError('invalid_input', `${reason}. The flags are ${flags.join(', ')}.`, {
      cause: error,
    });
  }
}

function collect(flags: Flags, env: Environment): (name: SettingName) => Given | undefined {
  return (name) => {
    const { flag, variable } = settings[name];
    const value = flags[flag];
    if (value !== undefined) return { from: `--${flag}`, text: String(value) };
    const inherited = env[variable];
    return inherited === undefined || inherited === ''
      ? undefined
      : { from: variable, text: inherited };
  };
}

function text(given: Given | undefined): string | undefined {
  if (given?.text.trim() === '') throw wrong(given, 'must not be empty');
  return given?.text;
}

function host(given: Given | undefined): string {
  const value = text(given) ?? '127.0.0.1';
  const name = value.replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) !== 0 || name === 'localhost') return name;
  throw wrong(given, 'must be an IP address or localhost, such as 127.0.0.1 or 0.0.0.0');
}

function port(given: Given | undefined): number {
  const value = text(given);
  if (value === undefined) return defaultPort;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw wrong(given, 'must be a whole number from 0 to 65535');
}

function baseUrl(given: Given | undefined): string | undefined {
  const value = text(given);
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  const plain = url && !url.username && !url.password && !url.search && !url.hash;
  if (plain && (url.protocol === 'https:' || url.protocol === 'http:')) {
    return url.href.replace(/\/+$/, '');
  }
  throw wrong(
    given,
    'must be an http or https URL without user, query or fragment, such as https://plugboard.example.com',
    false,
  );
}

function allowedHosts(given: Given | undefined): readonly string[] {
  const names = (given?.text ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter(Boolean).map((name) => {
    if (/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/.test(name)) return name;
    throw wrong(
      given,
      'must be host names without scheme, port or wildcard, such as plugboard.internal',
    );
  });
}

function trustedProxies(given: Given | undefined): readonly string[] {
  const proxies = (given?.text ?? '').split(',').map((text) => text.trim());
  return proxies.filter(Boolean).map((proxy) => {
    const [address = '', bits, ...rest] = proxy.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    const plain = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    if (isIP(address) !== 0 && plain && rest.length === 0) return proxy;
    throw wrong(given, 'must be addresses or networks, such as 10.0.0.1 or 10.0.0.0/8');
  });
}

function smtpUrl(value: string | undefined): Secret | undefined {
  if (value === undefined || value === '') return undefined;
  const url = URL.parse(value);
  if ((url?.protocol === 'smtp:' || url?.protocol === 'smtps:') && url.hostname) {
    return new Secret(value);
  }
  throw new AppError(
    'invalid_input',
    'PLUGBOARD_SMTP_URL must be a URL such as smtps://user:password@mail.example.com; unset it to send no mail.',
  );
}

function mailFrom(given: Given | undefined): string | undefined {
  const value = text(given)?.trim();
  if (value === undefined || /^[^\s@<>"]+@[^\s@<>"]+$/.test(value)) return value;
  throw wrong(given, 'must be an e-mail address such as plugboard@example.com');
}

function databaseUrl(value: string | undefined): Secret | undefined {
  if (value === undefined || value === '') return undefined;
  const protocol = URL.parse(value)?.protocol;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return new Secret(value);
  throw new AppError(
    'invalid_input',
    'DATABASE_URL must be a URL such as postgres://user:password@host:5432/plugboard; unset it to use the embedded database.',
  );
}

function yes(given: Given | undefined): boolean {
  if (given === undefined) return false;
  const value = given.text.toLowerCase();
  if (['1', 'true', 'yes'].includes(value)) return true;
  if (['0', 'false', 'no'].includes(value)) return false;
  throw wrong(given, 'must be true or false');
}

function oneOf<T extends string>(given: Given | undefined, values: readonly T[]): T | undefined {
  const value = text(given);
  if (value === undefined) return undefined;
  const found = values.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw wrong(given, `must be one of ${values.join(', ')}`);
}

/**
 * Whoever opens Plugboard to others has to hold its master key outside of the machine's disk and
 * say by which name it is reached, or DNS rebinding and copied disks would be its weakest points.
 */
function refuseUnsafePublicBind(config: ServerConfig): void {
  if (isLoopback(config.host)) return;
  const missing = [
    config.keys.provider === 'file' &&
      'set PLUGBOARD_MASTER_KEY (make one with: openssl rand -base64 32, and keep a copy) or PLUGBOARD_KEY_PROVIDER',
    config.baseUrl === undefined &&
      'set --base-url or PLUGBOARD_BASE_URL to the URL by which others reach it',
  ].filter((cure) => cure !== false);
  if (missing.length === 0) return;
  throw new AppError(
    'invalid_input',
    `Listening on ${config.host} opens Plugboard to other machines. First ${missing.join(', and ')}; or listen on 127.0.0.1.`,
  );
}

function wrong(given: Given | undefined, right: string, show = true): AppError {
  const shown = show ? `, not ${JSON.stringify(given?.text.slice(0, 80))}` : '';
  return new AppError('invalid_input', `${given?.from} ${right}${shown}.`);
}
