import type { UpdatePlan } from '@plugboard/contracts/api';
import {
  decideOffering,
  explainDecision,
  type OfferedInstance,
  type Offering,
} from '@plugboard/gateway';

import { loadAccess, withOfferings } from '../../access/access-source.ts';
import { instancesWithToolbox } from '../../access/queries.ts';
import { selectAgents } from '../../agents/queries.ts';
import type { Definition } from '../../definitions/read-definitions.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { contractWithLevels, type PresentInstance } from '../revisions/present-instance.ts';

type Affected = UpdatePlan['affected'][number];

const maxAffected = 500;

/** Agents for which the answer to "may it use this?" would be another, as the gateway decides it. */
export async function affectedAgents(
  db: TenantDb,
  { row }: PresentInstance,
  listed: readonly Definition[],
  now: number,
): Promise<Affected[]> {
  const rows = await instancesWithToolbox(db).where('instances.id', '=', row.id).execute();
  const [before] = await withOfferings(db, rows);
  if (!before) return [];
  const after: OfferedInstance = {
    ...before,
    offerings: (await contractWithLevels(db, row.id, listed)).map(({ text, ...offering }) => ({
      ...offering,
      definition: Buffer.from(text),
    })),
  };
  const affected: Affected[] = [];
  for (const { id, slug: agent } of await selectAgents(db)) {
    const { grants } = await loadAccess(db, id);
    const allowedOf = (instance: OfferedInstance) =>
      new Map(
        instance.offerings.map((offering) => [
          keyOf(offering),
          { offering, decision: decideOffering(grants, instance, offering, now) },
        ]),
      );
    const [was, is] = [allowedOf(before), allowedOf(after)];
    for (const [key, { offering, decision }] of was) {
      const later = is.get(key);
      if (!decision.allowed || later?.decision.allowed === true) continue;
      const { kind, name } = offering;
      const reason = later ? explainDecision(later.decision, later.offering.level) : 'it is gone';
      affected.push({ agent, kind, name, effect: 'loses', reason });
    }
    for (const [key, { offering, decision }] of is) {
      if (!decision.allowed || was.get(key)?.decision.allowed === true) continue;
      const { kind, name, level } = offering;
      const reason = explainDecision(decision, level);
      affected.push({ agent, kind, name, effect: 'gains', reason });
    }
  }
  return affected.slice(0, maxAffected);
}

function keyOf({ kind, name }: Offering): string {
  return `${kind}:${name}`;
}
