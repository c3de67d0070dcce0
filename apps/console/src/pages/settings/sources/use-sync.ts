import type { Source, Sync, SyncEvent } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';

import { AppError } from '@plugboard/contracts';

import { api, orpc } from '../../../api/client.ts';
import { type Run, useRun } from '../../../api/use-run.ts';
import { countsWords } from './source-words.ts';

interface Synced {
  readonly type: 'done';
  readonly sync: Sync;
}

interface SyncRun extends Run<Synced> {
  /** Reads the source now; `full`, everything of it again. */
  readonly sync: (full?: boolean) => void;
}

/** Reads a source anew, and tells how far any reading of it has come. Leaving does not end it. */
export function useSync({ id, lastSync }: Source): SyncRun {
  const client = useQueryClient();
  const run = useRun<Synced>();
  const { start, status } = run;
  const follow = useCallback(
    (begin: () => Promise<string>) => {
      void start(async (signal) => {
        const sync = await begin();
        return told(await api.sources.syncs.watch({ source: id, sync }, { signal }));
      }).then(() =>
        Promise.all([
          client.invalidateQueries({ queryKey: orpc.sources.key() }),
          client.invalidateQueries({ queryKey: orpc.catalog.key() }),
        ]),
      );
    },
    [client, id, start],
  );
  const underWay =
    lastSync?.state === 'queued' || lastSync?.state === 'running' ? lastSync.id : undefined;
  useEffect(() => {
    // Somebody else began it, or it was begun when the source was added.
    if (underWay !== undefined && status === 'idle') follow(() => Promise.resolve(underWay));
  }, [underWay, status, follow]);
  return {
    ...run,
    sync: (full = false) =>
      follow(async () => (await api.sources.sync({ source: id, ...(full && { full }) })).id),
  };
}

async function* told(events: AsyncIterable<SyncEvent>) {
  for await (const event of events) {
    const { sync } = event;
    if (event.type === 'progress') {
      const total = sync.counts.total === null ? '' : ` of ${sync.counts.total}`;
      yield { type: 'progress', step: 'sync', message: `${countsWords(sync)}${total}` } as const;
      continue;
    }
    if (sync.state === 'failed') {
      throw new AppError('unavailable', sync.error ?? 'The source could not be read.');
    }
    yield { type: 'done', sync } as const;
  }
}
