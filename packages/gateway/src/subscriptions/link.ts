import { AppError } from '@plugboard/contracts';
import type { Envelope, Upstream } from '@plugboard/protocol';

import { valueAt } from '../call/value-at.ts';
import type { Topic } from './topic.ts';

/** What a server of either era is asked to tell of, on one connection. */
export interface Link extends Disposable {
  /**
   * Resolves when the server has taken it. Rejects with `AppError`: `invalid_input` when it will not,
   * and as `Upstream.request` does.
   */
  add(topic: Topic): Promise<void>;
  remove(topic: Topic): void;
  /** Settles, never rejects, when nothing more will come. */
  readonly ended: Promise<void>;
}

export interface LinkOptions {
  readonly upstream: Upstream;
  /** Hears what comes for the link alone. What a legacy server tells comes to all who listen to it. */
  readonly hear: (message: Envelope) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between looks at whether a legacy server still knows us; 30,000 by default. */
  readonly checkEveryMs?: number;
}

const tasksExtension = 'io.modelcontextprotocol/tasks';

/** What a server says it can tell of, in either era. */
export function supportedTopics({ hello }: Upstream): (topic: Topic) => boolean {
  const said: unknown = JSON.parse(hello.result.toString());
  const resources = valueAt(said, ['capabilities', 'resources', 'subscribe']) === true;
  const tasks =
    hello.era === 'modern' &&
    valueAt(said, ['capabilities', 'extensions', tasksExtension]) !== undefined;
  return ({ kind }) => (kind === 'resource' ? resources : tasks);
}

export function notSupported({ kind }: Topic): AppError {
  return new AppError(
    'invalid_input',
    kind === 'resource'
      ? 'This server does not tell of updates of its resources; read them again instead.'
      : 'This server does not tell how its tasks go on; ask for them with tasks/get instead.',
  );
}

export function refused({ kind }: Topic): AppError {
  return new AppError(
    'invalid_input',
    kind === 'resource'
      ? 'The server does not tell of updates of this resource; read it again instead.'
      : 'The server does not tell how this task goes on; ask for it with tasks/get instead.',
  );
}

export function linkEnded(): AppError {
  return new AppError('upstream_failed', 'The connection to the server ended.');
}
