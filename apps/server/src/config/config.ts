import type { Secret } from '@plugboard/vault';

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
  /** Whether sources are synced by their schedules, or only when somebody asks. */
  readonly catalogSync: 'scheduled' | 'manual';
  /** How people and agents reach the server, without a slash at its end. Absent: by host and port. */
  readonly baseUrl: string | undefined;
  /** Host names accepted besides loopback ones and the base URL's. */
  readonly allowedHosts: readonly string[];
  /** Your own PostgreSQL; absent for the embedded one. */
  readonly databaseUrl: Secret | undefined;
  /** The text of PLUGBOARD_MASTER_KEY; absent to keep the key in the data directory. */
  readonly masterKey: Secret | undefined;
  /** Whether servers may run without isolation where this machine offers none. */
  readonly allowUnsandboxed: boolean;
  readonly logLevel: LogLevel;
  readonly progress: 'text' | 'json';
}
