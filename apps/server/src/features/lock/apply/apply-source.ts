import type { AddSourceInput, ChangeSourceInput } from '@plugboard/contracts/api';

import { addSource, changeSource, removeSource } from '../../catalog/sources/service.ts';
import type { Step } from '../plan-lock.ts';
import { type ApplyContext, wantedOf } from './apply-context.ts';

export async function applySource(
  { services, author, wanted, sourceTokens }: ApplyContext,
  { action, id: slug, fields }: Step,
): Promise<void> {
  if (action === 'delete') {
    await removeSource(services, author, slug);
    return;
  }
  const { kind, location = '', token, everyMs, ...plain } = wantedOf(wanted.sources, slug);
  const given = Object.hasOwn(sourceTokens, slug) ? sourceTokens[slug] : undefined;
  if (action === 'create') {
    if (kind === 'bundled') throw new Error('a plan creates no bundled source');
    const input: AddSourceInput = {
      ...plain,
      kind,
      location,
      everyMs: everyMs ?? null,
      ...(token && given && { token: given.reveal() }),
    };
    await addSource(services, author, input);
    return;
  }
  const changed = new Set(fields.map(({ path }) => path));
  const all: Omit<ChangeSourceInput, 'source'> = {
    ...plain,
    location,
    everyMs: everyMs ?? null,
    token: token ? (given?.reveal() ?? null) : null,
  };
  const only = Object.fromEntries(Object.entries(all).filter(([name]) => changed.has(name)));
  await changeSource(services, author, { source: slug, ...only });
}
