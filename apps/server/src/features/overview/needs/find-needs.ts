import { type Need, needKinds } from '@plugboard/contracts/api';

import { findAccountNeeds } from './accounts.ts';
import { findAgentNeeds } from './agents.ts';
import { findConnectionNeeds } from './connections.ts';
import { findCredentialNeeds } from './credentials.ts';
import { findEmptySlots } from './empty-slots.ts';
import { findInstanceNeeds } from './instances.ts';
import type { FindNeeds, NeedContext } from './need-context.ts';
import { findSandboxNeeds } from './sandbox.ts';
import { findSourceNeeds } from './sources.ts';

const finders: readonly FindNeeds[] = [
  findInstanceNeeds,
  findSandboxNeeds,
  findConnectionNeeds,
  findCredentialNeeds,
  findAccountNeeds,
  findEmptySlots,
  findSourceNeeds,
  findAgentNeeds,
];

const severities = ['high', 'medium', 'low'] as const;

/** What the actor can decide or do, worst first. */
export async function findNeeds(context: NeedContext): Promise<Need[]> {
  const needs: Need[] = [];
  // One after the other: they share a transaction.
  for (const find of finders) needs.push(...(await find(context)));
  return needs.toSorted(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      needKinds.indexOf(a.kind) - needKinds.indexOf(b.kind) ||
      a.title.localeCompare(b.title, 'en'),
  );
}
