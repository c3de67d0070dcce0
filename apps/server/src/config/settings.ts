import { homedir } from 'node:os';
import { join } from 'node:path';

/** One setting: its flag, its variable, and what it is for. A flag outranks its variable. */
export interface Setting {
  readonly flag: string;
  readonly variable: string;
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly about: string;
}

export const defaultPort = 4477;

/** Beside this application in the checkout. */
export function defaultConsoleDir(): string {
  return join(import.meta.dirname, '../../../console/dist');
}

export function defaultDataDir(): string {
  return join(homedir(), '.plugboard');
}

/** Secrets have no flag: flags are seen in the list of processes. */
export const settings = {
  host: {
    flag: 'host',
    variable: 'PLUGBOARD_HOST',
    type: 'string',
    about: 'address to listen on (127.0.0.1)',
  },
  port: {
    flag: 'port',
    variable: 'PLUGBOARD_PORT',
    type: 'string',
    about: `port to listen on, 0 for a free one (${defaultPort})`,
  },
  dataDir: {
    flag: 'data-dir',
    variable: 'PLUGBOARD_DATA_DIR',
    type: 'string',
    about: 'folder of everything Plugboard keeps (~/.plugboard)',
  },
  catalogDir: {
    flag: 'catalog-dir',
    variable: 'PLUGBOARD_CATALOG_DIR',
    type: 'string',
    about: 'folder inside which sources of the catalog may lie (catalog in the data folder)',
  },
  consoleDir: {
    flag: 'console-dir',
    variable: 'PLUGBOARD_CONSOLE_DIR',
    type: 'string',
    about: 'folder of the built console (apps/console/dist)',
  },
  catalogSync: {
    flag: 'catalog-sync',
    variable: 'PLUGBOARD_CATALOG_SYNC',
    type: 'string',
    about: 'scheduled, or manual to sync sources only when asked (scheduled)',
  },
  keyProvider: {
    flag: 'key-provider',
    variable: 'PLUGBOARD_KEY_PROVIDER',
    type: 'string',
    about:
      'where the master key is: file, env, aws-kms:<key ARN>, gcp-kms:<resource name> or vault-transit:<url>/<key> (env when PLUGBOARD_MASTER_KEY is set, else file)',
  },
  baseUrl: {
    flag: 'base-url',
    variable: 'PLUGBOARD_BASE_URL',
    type: 'string',
    about: 'how others reach it, such as https://plugboard.example.com',
  },
  allowedHosts: {
    flag: 'allowed-host',
    variable: 'PLUGBOARD_ALLOWED_HOSTS',
    type: 'string',
    multiple: true,
    about: 'further host name to answer to; repeat, or separate by commas',
  },
  trustedProxies: {
    flag: 'trusted-proxy',
    variable: 'PLUGBOARD_TRUSTED_PROXIES',
    type: 'string',
    multiple: true,
    about:
      'address or network of a proxy whose X-Forwarded-For is believed; repeat, or separate by commas',
  },
  mailFrom: {
    flag: 'mail-from',
    variable: 'PLUGBOARD_MAIL_FROM',
    type: 'string',
    about: 'whom mail is from; the mail server is PLUGBOARD_SMTP_URL',
  },
  allowUnsandboxed: {
    flag: 'allow-unsandboxed',
    variable: 'PLUGBOARD_ALLOW_UNSANDBOXED',
    type: 'boolean',
    about: 'run servers even where this machine cannot isolate them',
  },
  allowPrivateClients: {
    flag: 'allow-private-clients',
    variable: 'PLUGBOARD_ALLOW_PRIVATE_CLIENTS',
    type: 'boolean',
    about: 'read the metadata of OAuth clients from private networks too',
  },
  logLevel: {
    flag: 'log-level',
    variable: 'PLUGBOARD_LOG_LEVEL',
    type: 'string',
    about: 'silent, error, warn, info, debug or trace (warn)',
  },
  progress: {
    flag: 'progress',
    variable: 'PLUGBOARD_PROGRESS',
    type: 'string',
    about: 'text or json lines (text on a terminal)',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
