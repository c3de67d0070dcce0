import { setImmediate } from 'node:timers/promises';

import type { GrantEffect, GrantsPreview } from '@plugboard/contracts/api';
import {
  decideOffering,
  type Grant,
  type OfferedInstance,
  type Offering,
} from '@plugboard/gateway';

import { toGrant } from '../access/access-source.ts';
import type { TenantDb } from '../tenant-db.ts';
import { readAffected } from './affected-instances.ts';
import { isDangerous } from './dangerous.ts';
import type { GrantRow } from './queries.ts';

type Row = Omit<GrantRow, 'created_at'>;

/** Grants of some agents before and after a change, and those that make the difference. */
export interface GrantsChange {
  readonly before: readonly Row[];
  readonly after: readonly Row[];
  readonly created: readonly Row[];
  readonly revoked: readonly Row[];
}

export interface GrantEffects {
  readonly gains: readonly GrantEffect[];
  readonly loses: readonly GrantEffect[];
}

const maxListed = 500;

/** What agents may use by the grants after a change and not by those before, and the other way round. */
export async function effectsOf(
  db: TenantDb,
  { before, after, created, revoked }: GrantsChange,
  now: number,
): Promise<GrantEffects> {
  const touched = [...created, ...revoked];
  const affected = await readAffected(db, touched);
  const [was, is] = [byAgent(before), byAgent(after)];
  const gains: GrantEffect[] = [];
  const loses: GrantEffect[] = [];
  for (const [agentId, rows] of Map.groupBy(touched, ({ agent_id: id }) => id)) {
    // Many agents and instances must not hold up calls.
    await setImmediate();
    const agent = { id: agentId, slug: rows[0]?.agent_slug ?? '' };
    for (const instance of affected.filter((each) => rows.some((row) => isAbout(row, each)))) {
      const [old, new_] = [was, is].map((all) => reaching(all.get(agentId) ?? [], instance));
      for (const offering of instance.offerings) {
        const could = decideOffering(old ?? [], instance, offering, now).allowed;
        const can = decideOffering(new_ ?? [], instance, offering, now).allowed;
        if (could === can) continue;
        (can ? gains : loses).push(presentEffect(agent, instance, offering));
      }
    }
  }
  return { gains: sorted(gains), loses: sorted(loses) };
}

/** The first of them, and how many there are. */
export function presentEffects({ gains, loses }: GrantEffects): GrantsPreview {
  return {
    gains: gains.slice(0, maxListed),
    loses: loses.slice(0, maxListed),
    totals: {
      gains: gains.length,
      loses: loses.length,
      dangerous: gains.filter(({ dangerous }) => dangerous).length,
      agents: new Set([...gains, ...loses].map(({ agent }) => agent.id)).size,
    },
  };
}

function byAgent(rows: readonly Row[]): ReadonlyMap<string, readonly Grant[]> {
  const groups = Map.groupBy(rows, ({ agent_id: id }) => id);
  return new Map([...groups].map(([id, some]) => [id, some.map(toGrant)]));
}

function isAbout(row: Row, { id, toolboxId }: OfferedInstance): boolean {
  return row.toolbox_id === null ? row.instance_id === id : row.toolbox_id === toolboxId;
}

function reaching(grants: readonly Grant[], { id, toolboxId }: OfferedInstance): readonly Grant[] {
  return grants.filter(({ target }) =>
    target.scope === 'toolbox' ? target.toolboxId === toolboxId : target.instanceId === id,
  );
}

function presentEffect(
  agent: GrantEffect['agent'],
  { id, slug }: OfferedInstance,
  offering: Offering,
): GrantEffect {
  const { kind, name, level } = offering;
  return { agent, instance: { id, slug }, kind, name, level, dangerous: isDangerous(offering) };
}

/** Dangerous ones first, otherwise as they were found. */
function sorted(effects: readonly GrantEffect[]): GrantEffect[] {
  return effects.toSorted((a, b) => Number(b.dangerous) - Number(a.dangerous));
}
