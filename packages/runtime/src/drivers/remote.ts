import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';
import { connectSse, connectStreamableHttp, type Upstream } from '@plugboard/protocol';

import type { RemoteLaunch } from '../instance.ts';
import type { Lookup } from '../outbound/outbound.ts';
import type { Driver, RunningServer, ServerExit } from './driver.ts';
import { remoteHeaders } from './remote-headers.ts';

export interface RemoteDriverOptions {
  /** Resolves host names; the system's resolver by default. */
  readonly lookup?: Lookup;
}

/** How a connection ends: it has no code and no last words. */
const noExit: ServerExit = { code: null, signal: null, stderrTail: '', outOfMemory: false };

/**
 * Connects to servers elsewhere. Each start has connections of its own, shared with no other
 * instance; secrets are sent as headers with each request, and to the configured origin alone.
 */
export function createRemoteDriver({ lookup }: RemoteDriverOptions = {}): Driver<RemoteLaunch> {
  return {
    async start({ launch }, { secrets, authorization }, { signal }): Promise<RunningServer> {
      signal.throwIfAborted();
      const url = remoteUrl(launch);
      const headers = remoteHeaders(launch.headers, secrets);
      // Loaded with the first remote server: without one, its 30 MB stay out of memory.
      const { createOutbound } = await import('../outbound/outbound.ts');
      const dispatcher = createOutbound({
        allowPrivateNetwork: launch.allowPrivateNetwork,
        ...(lookup && { lookup }),
      });
      const { promise: exited, resolve: exit } = Promise.withResolvers<ServerExit>();
      const connect = launch.transport === 'sse' ? connectSse : connectStreamableHttp;
      let upstream: Upstream | undefined;

      async function end(): Promise<void> {
        await dispatcher.destroy();
        exit(noExit);
      }

      async function stop(patienceMs: number): Promise<void> {
        // Time for the server to hear that its session is over.
        const patience = delay(patienceMs, undefined, { ref: false });
        try {
          await Promise.race([upstream?.[Symbol.asyncDispose]() ?? patience, patience]);
        } finally {
          await end();
        }
      }

      signal.addEventListener('abort', () => void stop(0), { once: true });

      return {
        pid: undefined,
        exited,
        memory: async () => undefined,
        async connect(introduction) {
          upstream = await connect({
            ...introduction,
            url,
            headers,
            dispatcher,
            signal,
            ...(authorization && { authorization }),
          });
          void upstream.closed.then(end);
          return upstream;
        },
        stop,
      };
    },
  };
}

function remoteUrl({ url: text, allowPrivateNetwork }: RemoteLaunch): URL {
  if (!URL.canParse(text)) {
    throw new AppError('invalid_input', 'The address of a remote server must be a URL.');
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new AppError(
      'invalid_input',
      'The address of a remote server must hold no user or password; put them into a secret header.',
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPrivateNetwork)) {
    throw new AppError(
      'invalid_input',
      `The address of a remote server must begin with https://, not ${url.protocol}// — unless an admin allows private networks for it, where http:// will do.`,
    );
  }
  return url;
}
