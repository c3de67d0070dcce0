import type { Logger } from 'pino';

/** The part of a logger that the store writes to. */
export type StoreLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
