import type { Source, Sync, SyncEvent } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';

import { AppError } from '@plugboard/contracts';

import { api, orpc } from '../../../api/client.ts';
import { type Run, useRun } from '../../../api/use-run.ts';
import { countsWords } from './source-words.ts';

interface Synced {
  readonly type: 'done';
  readonly sync: Sync;
}

interface SyncRun extends Run<Synced> {
  /** Reads the source now, or follows the reading that is under way. */
  readonly sync: (full?: boolean) => void;
}

/** Reads a source anew and tells how far it has come. Leaving does not end it. */
export function useSync({ id }: Source): SyncRun {
  const client = useQueryClient();
  const run = useRun<Synced>();
  const { start } = run;
  return {
    ...run,
    sync: (full = false) => {
      void start(async (signal) => {
        const { id: sync } = await api.sources.sync({ source: id, ...(full && { full }) });
        return told(await api.sources.syncs.watch({ source: id, sync }, { signal }));
      }).then(() =>
        Promise.all([
          client.invalidateQueries({ queryKey: orpc.sources.key() }),
          client.invalidateQueries({ queryKey: orpc.catalog.key() }),
        ]),
      );
    },
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
