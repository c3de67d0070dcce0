import type { AppServices } from '../app/services.ts';

/** What a job is about: ids and flags, for it lies in the database in clear. Never a secret. */
export type JobPayload = Readonly<Record<string, string | boolean>>;

export interface JobContext {
  readonly services: AppServices;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
}

/** Work that is done beside requests, on any node. */
export interface Job<P extends JobPayload> {
  readonly name: string;
  /** Does one. A rejection is logged, and tried again as `retry` says. */
  run(payload: P, context: JobContext): Promise<void>;
  /** Also done by itself, with an empty payload, every so many minutes and by one node alone. */
  readonly everyMinutes?: number;
  /** How often it is tried again, and how many seconds later at first. */
  readonly retry: { readonly limit: number; readonly delaySeconds: number };
  /** How many of these a node does at the same time; 1 when absent. */
  readonly concurrency?: number;
}

/** A job whatever its payload: its name says what that is. */
export type AnyJob = Job<never>;

/** Says what a job is. A run may happen twice, when a node died in it: it must bear that. */
export function defineJob<P extends JobPayload>(job: Job<P>): Job<P> {
  return Object.freeze(job);
}
