import type { Need, NeedKind } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { type Action, type Actor, can } from '../../members/policy.ts';
import type { TenantDb } from '../../tenant-db.ts';

/** What needs are looked for with. */
export interface NeedContext {
  readonly actor: Actor;
  readonly db: TenantDb;
  readonly services: Pick<AppServices, 'db' | 'server' | 'supervisor'>;
  /** Epoch milliseconds. */
  readonly now: number;
}

export type FindNeeds = (context: NeedContext) => Promise<Need[]>;

/** Whether the actor may do this in its organization. */
export function mayDo({ actor }: NeedContext, action: Action): boolean {
  return can(actor, action, { organizationId: actor.organizationId });
}

/** The same for the same thing as long as the need lasts. */
export function needId(kind: NeedKind, ...parts: readonly string[]): string {
  return [kind, ...parts].join(':');
}

const mostText = 300;

/** What servers and services say is as long as they like. */
export function clipped(text: string): string {
  return text.length <= mostText ? text : `${text.slice(0, mostText - 1)}…`;
}
