import type { Instance } from '@plugboard/contracts/api';
import type { QueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../../api/client.ts';
import { readError } from '../../../api/errors.ts';
import { tellDone, tellFailed } from '../../../shell/toast-manager.ts';

/** Makes an instance again what it was at a revision, and says so. */
export function undoRevision(client: QueryClient, instance: Instance, revision: number): void {
  void (async () => {
    try {
      const events = await api.versions.rollback({ instance: instance.id, revision });
      for await (const event of events) {
        if (event.type === 'done')
          tellDone(`${instance.slug} is what it was at revision ${revision}`);
      }
    } catch (error) {
      tellFailed(readError(error).message);
    }
    rereadInstance(client);
  })();
}

/** Reads anew what is shown of instances, after one became another. */
export function rereadInstance(client: QueryClient): void {
  for (const part of [orpc.instances, orpc.versions, orpc.configuration, orpc.offerings]) {
    void client.invalidateQueries({ queryKey: part.key() });
  }
}
