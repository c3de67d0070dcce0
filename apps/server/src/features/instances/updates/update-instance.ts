import type { Author } from '../../change.ts';
import {
  changeInstance,
  type ChangedInstance,
  type ChangeInstanceServices,
} from '../revisions/change-instance.ts';
import type { Tell } from '../tell.ts';
import { chooseTarget } from './choose-version.ts';
import { prepareUpdate, type PrepareUpdateServices } from './prepare-update.ts';
import type { VersionServices } from './version-source.ts';

export type UpdateServices = ChangeInstanceServices & PrepareUpdateServices & VersionServices;

export interface UpdateOptions {
  /** Exact; the newest compatible one when undefined. */
  readonly to: string | undefined;
  readonly allowBreaking: boolean;
  readonly approveScripts: boolean | undefined;
  readonly note: string | undefined;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * Updates an instance. Rejects with `AppError`: `conflict` when there is nothing to update to or it
 * breaks the contract and may not; as `prepareCandidate` and `changeInstance` do.
 */
export function updateInstance(
  services: UpdateServices,
  author: Author,
  instanceId: string,
  { to, allowBreaking, approveScripts, note, signal, tell }: UpdateOptions,
): Promise<ChangedInstance> {
  return changeInstance(
    services,
    author,
    instanceId,
    async (present) => {
      tell('resolve', `Looking up versions of ${present.row.slug}`);
      const version = await chooseTarget(services, present, to, signal);
      tell('resolve', `Updating ${present.row.slug} from ${present.row.version} to ${version}`);
      return prepareUpdate(services, present, version, approveScripts, { signal, tell });
    },
    { reason: 'updated', note, onProgress: tell, signal, allowBreaking },
  );
}
