import { stepBetween } from '@plugboard/catalog';
import { isAppError, newId } from '@plugboard/contracts';
import type { UpdatePlan } from '@plugboard/contracts/api';
import type { InstallPlan } from '@plugboard/runtime';

import { withTenant } from '../../../store/tenant.ts';
import { type ChangeInstanceServices, contractAfter } from '../revisions/change-instance.ts';
import type { PresentInstance } from '../revisions/present-instance.ts';
import type { Tell } from '../tell.ts';
import { tryCandidate } from '../trial/try-candidate.ts';
import { affectedAgents } from './affected-agents.ts';
import { prepareUpdate, type PrepareUpdateServices } from './prepare-update.ts';
import { presentContract } from './present-contract.ts';
import { npmPackageOf } from './version-source.ts';

export interface PlanUpdateOptions {
  readonly to: string;
  readonly approveScripts: boolean | undefined;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * Tries a version beside an instance and tells what it would change. Everything is put away then;
 * rejects as `prepareCandidate` and `tryCandidate` do.
 */
export async function planUpdate(
  services: ChangeInstanceServices & PrepareUpdateServices,
  present: PresentInstance,
  { to, approveScripts, signal, tell }: PlanUpdateOptions,
): Promise<UpdatePlan> {
  const { row } = present;
  const { organization_id: organizationId } = row;
  const packages = await planPackages(services, present, to, signal, tell);
  await using candidate = await prepareUpdate(services, present, to, approveScripts, {
    signal,
    tell,
  });
  const trial = { id: newId(), keep: false, signal, tell };
  return await tryCandidate(services, organizationId, candidate, trial, async (definitions) => {
    const contract = await contractAfter(services, present, definitions);
    const affected = await withTenant(services.db, organizationId, (db) =>
      affectedAgents(db, present, definitions.offerings, services.clock()),
    );
    const { plan, deprecated } = packages ?? {};
    return {
      instance: row.slug,
      from: row.version,
      to: candidate.version,
      step: stepBetween(row.version, candidate.version),
      ...(deprecated !== undefined && { deprecated }),
      ...(plan && { packages: plan }),
      contract: presentContract(contract),
      affected,
    };
  });
}

interface PlannedPackages {
  readonly plan: NonNullable<UpdatePlan['packages']>;
  readonly deprecated: string | undefined;
}

async function planPackages(
  { installer }: PrepareUpdateServices,
  present: PresentInstance,
  to: string,
  signal: AbortSignal,
  tell: Tell,
): Promise<PlannedPackages | undefined> {
  const name = npmPackageOf(present);
  if (name === undefined) return undefined;
  const { command } = present.stored.settings;
  const ask = (version: string) =>
    installer.plan({
      spec: `${name}@${version}`,
      command,
      signal,
      onProgress: ({ step, message }) => tell(step, message),
    });
  const after = await ask(to);
  // The present version may be gone from the registry; it is compared with where it is there.
  const before = await ask(present.row.version).catch((error: unknown) => {
    if (isAppError(error) && error.code !== 'cancelled') return undefined;
    throw error;
  });
  return { plan: comparePackages(before, after), deprecated: after.deprecated };
}

function comparePackages(
  before: InstallPlan | undefined,
  after: InstallPlan,
): PlannedPackages['plan'] {
  const was = new Map((before?.packages ?? []).map((each) => [each.name, each]));
  const is = new Map(after.packages.map((each) => [each.name, each]));
  const named = ({ name, version }: InstallPlan['packages'][number]) => ({ name, version });
  const licences = after.packages.flatMap(({ name, license }) => {
    const earlier = was.get(name);
    if (earlier && earlier.license === license) return [];
    return [
      {
        name,
        ...(earlier?.license !== undefined && { before: earlier.license }),
        after: license ?? 'none stated',
      },
    ];
  });
  return {
    total: after.packages.length,
    ...(before && {
      added: after.packages.filter(({ name }) => !was.has(name)).map(named),
      removed: before.packages.filter(({ name }) => !is.has(name)).map(named),
      changed: after.packages.flatMap(({ name, version }) => {
        const earlier = was.get(name)?.version;
        if (earlier === undefined || earlier === version) return [];
        return [{ name, before: earlier, after: version }];
      }),
    }),
    licences: before ? licences : [],
    scripts: [...after.scripts],
    node: {
      ...(after.nodeEngine !== undefined && { asked: after.nodeEngine }),
      suits: after.suitsNode,
    },
  };
}
