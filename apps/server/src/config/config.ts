import type { Secret } from '@plugboard/vault';

import type { KeySettings } from './key-settings.ts';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Everything the server is told at its start. Frozen. */
export interface ServerConfig {
  /** An IP address or `localhost`. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absolute. Holds the database, keys, installed packages and instances' folders. */
  readonly dataDir: string;
  /** Absolute. Sources of the catalog that are folders lie inside of it. */
  readonly catalogDir: string;
  /** Absolute. The built console; a page says so while there is none. */
  readonly consoleDir: string;
  /** Whether sources are synced by their schedules, or only when somebody asks. */
  readonly catalogSync: 'scheduled' | 'manual';
  /** How people and agents reach the server, without a slash at its end. Absent: by host and port. */
  readonly baseUrl: string | undefined;
  /** Host names accepted besides loopback ones and the base URL's. */
  readonly allowedHosts: readonly string[];
  /** Addresses and networks of proxies that are believed about whom they speak for. */
  readonly trustedProxies: readonly string[];
  /** The server that mail is sent by; absent for no mail. Holds a password. */
  readonly smtpUrl: Secret | undefined;
  /** Whom mail is from; absent for an address at the host of the base URL. */
  readonly mailFrom: string | undefined;
  /** Your own PostgreSQL; absent for the embedded one. */
  readonly databaseUrl: Secret | undefined;
  readonly keys: KeySettings;
  /** Whether servers may run without isolation where this machine offers none. */
  readonly allowUnsandboxed: boolean;
  /** Whether OAuth clients may describe themselves at addresses of private networks. */
  readonly allowPrivateClients: boolean;
  readonly logLevel: LogLevel;
  readonly progress: 'text' | 'json';
}
