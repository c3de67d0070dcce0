import { isDeepStrictEqual } from 'node:util';

import type { ConfigurationChange } from '@plugboard/contracts/api';

import type { Author } from '../change.ts';
import {
  changeInstance,
  type ChangeInstanceServices,
} from '../instances/revisions/change-instance.ts';
import type { PresentInstance } from '../instances/revisions/present-instance.ts';
import type { Tell } from '../instances/tell.ts';
import { refuseProblems } from './configure-launch.ts';
import { planChange } from './plan-change.ts';

export interface ConfigureOptions {
  readonly note: string | undefined;
  readonly allowBreaking: boolean | undefined;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/**
 * Changes an instance's own configuration, as a revision of it. Nothing happens when nothing would
 * change. Rejects with `AppError('invalid_input')` naming every key at fault, and as `changeInstance`
 * does.
 *
 * Whoever calls this has checked that the author may run code on this machine.
 */
export async function configureInstance(
  services: ChangeInstanceServices,
  author: Author,
  present: PresentInstance,
  change: ConfigurationChange,
  { note, allowBreaking, tell, signal }: ConfigureOptions,
): Promise<void> {
  const planned = await planChange(services, present, { change, by: author.memberId });
  refuseProblems(planned.problems);
  const { before, after } = planned;
  const { settings } = after.candidate;
  if (!planned.restarts && isDeepStrictEqual(before.candidate.settings, settings)) {
    tell('configure', `${present.row.slug} is configured so already`);
    return;
  }
  // What it is may have changed since: planned anew within the turn.
  const source = async (now: PresentInstance) => {
    const again = await planChange(services, now, { change, by: author.memberId });
    refuseProblems(again.problems);
    return { ...again.after.candidate, [Symbol.asyncDispose]: async () => {} };
  };
  await changeInstance(services, author, present.row.id, source, {
    reason: 'configured',
    note,
    onProgress: tell,
    signal,
    allowBreaking,
  });
}
