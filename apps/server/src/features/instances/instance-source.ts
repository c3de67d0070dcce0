import { isDeepStrictEqual } from 'node:util';

import { AppError } from '@plugboard/contracts';
import {
  type InjectedSecret,
  inlineSecrets,
  type InstanceSource,
  type InstanceSpec,
} from '@plugboard/runtime';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import type { BoundSlot } from '../credentials/bindings/open-bindings.ts';
import type { OpenPurpose } from '../credentials/vault.ts';
import type { StoredInstance } from './revisions/stored-candidate.ts';
import { withWorkFolder } from './work-folder.ts';

export type SourceServices = Pick<
  AppServices,
  'accessTokens' | 'audit' | 'clock' | 'db' | 'keyring' | 'pending' | 'server' | 'vault'
>;

/** Tells the supervisor how to run what is stored, and opens secrets at each start. */
export function createInstanceSource(services: SourceServices): InstanceSource {
  const { db, pending, server } = services;
  const { dataDir } = server;

  function selectRow(organizationId: string, id: string) {
    return withTenant(db, organizationId, (tx) =>
      tx.selectFrom('instances').selectAll().where('id', '=', id).executeTakeFirst(),
    );
  }

  /** What is bound for a credential set; of an instance on trial, what it is tried with. */
  async function boundSlots(
    spec: InstanceSpec,
    credentialSet: string,
  ): Promise<readonly BoundSlot[]> {
    const { organizationId, id, launch } = spec;
    const onTrial = pending.find(organizationId, id);
    if (onTrial) return onTrial.bindings;
    const { selectBoundSlots } = await openings();
    return withTenant(db, organizationId, async (tx) => {
      const slots = await selectBoundSlots(tx, id, credentialSet);
      if (!slots.some(({ isOwn }) => isOwn)) return slots;
      const { selectStored } = await import('./revisions/stored-candidate.ts');
      const { refuseChanged } = await import('../credentials/bindings/changed-destination.ts');
      const row = await selectStored(tx, id);
      if (!row) return slots;
      await refuseChanged(tx, row, credentialSet, slots, dataDir);
      // What is about to start may be what it was a moment ago, and lie elsewhere.
      const { launchFromRow } = await launchRows();
      const stored = withWorkFolder(launchFromRow(row.launch, dataDir), dataDir, id);
      if (!isDeepStrictEqual(stored, launch)) {
        throw new AppError(
          'unavailable',
          `${row.slug} was changed while it was being started. Try again.`,
        );
      }
      return slots;
    });
  }

  return {
    async find(organizationId, id): Promise<InstanceSpec | undefined> {
      const onTrial = pending.find(organizationId, id);
      if (onTrial) return onTrial.spec;
      const row = await selectRow(organizationId, id);
      const { launchFromRow } = await launchRows();
      return (
        row && {
          id,
          organizationId,
          slug: row.slug,
          launch: withWorkFolder(launchFromRow(row.launch, dataDir), dataDir, id),
          idleMs: row.idle_ms,
          startTimeoutMs: row.start_timeout_ms,
          stopped: row.stopped_at !== null,
          listed: row.defined_at !== null,
          era: row.era ?? undefined,
        }
      );
    },

    async openSecrets(spec, credentialSet): Promise<readonly InjectedSecret[]> {
      const { organizationId, id, launch } = spec;
      const onTrial = pending.find(organizationId, id);
      const bindings = await boundSlots(spec, credentialSet);
      const purpose = purposeOf(onTrial?.of ?? id, credentialSet);
      const row = onTrial ? undefined : await selectRow(organizationId, id);
      if (row) await refuseMissingOf(services, row, credentialSet, bindings);
      const inline = onTrial
        ? onTrial.secrets
        : row && (await openInline(services, row, purpose, bindings));
      const bound =
        bindings.length === 0
          ? []
          : await (await openings()).openBindings(services, organizationId, bindings, purpose);
      const isBound = ({ slot, place }: InjectedSecret) =>
        bindings.some((other) =>
          place === 'header'
            ? other.slot.toLowerCase() === slot.toLowerCase()
            : other.slot === slot,
        );
      return [...inlineSecrets(launch, inline ?? {}).filter((each) => !isBound(each)), ...bound];
    },

    async authorization(spec, credentialSet) {
      if (spec.launch.driver !== 'remote') return undefined;
      const bindings = await boundSlots(spec, credentialSet);
      const { organizationId, id, launch, slug } = spec;
      const onTrial = pending.find(organizationId, id);
      const binding =
        bindings.length === 0
          ? undefined
          : bindings.find((await openings()).isAuthorizedByConnection);
      if (!binding) {
        // What is only being tried was planned with or without an account.
        const row = onTrial ? undefined : await selectRow(organizationId, id);
        if (row?.account !== 'organization') return undefined;
        const { sealedSecretsFromRow } = await launchRows();
        const given = [
          ...bindings.map((bound) => bound.slot),
          ...Object.keys(launch.headers),
          ...sealedSecretsFromRow(row.sealed_secrets).keys(),
        ];
        if (given.some((name) => /^authorization$/i.test(name))) return undefined;
        const { wantSignIn } = await import('../connections/refresh/sign-in-wanted.ts');
        return wantSignIn(server.urls, slug);
      }
      const { createUpstreamAuthorization } =
        await import('../connections/refresh/upstream-authorization.ts');
      return createUpstreamAuthorization(
        services,
        { organizationId, connectionId: binding.credentialId },
        purposeOf(onTrial?.of ?? id, credentialSet),
      );
    },
  };
}

/** For what a start opens them, and for whose calls. */
function purposeOf(instanceId: string, credentialSet: string): OpenPurpose {
  const [kind, id] = credentialSet.split(':');
  return {
    for: 'start',
    instanceId,
    ...(kind === 'member' && id !== undefined && { memberId: id }),
    ...(kind === 'agent' && id !== undefined && { agentId: id }),
  };
}

async function refuseMissingOf(
  { db, server }: SourceServices,
  row: StoredInstance,
  credentialSet: string,
  bindings: readonly BoundSlot[],
): Promise<void> {
  if (row.account === 'organization') return;
  const { refuseMissing } = await import('../credentials/bindings/missing-slots.ts');
  const filled = bindings.map(({ slot }) => slot);
  await withTenant(db, row.organization_id, (tx) =>
    refuseMissing(tx, row, credentialSet, filled, server),
  );
}

/** What is sealed in the instance itself. */
async function openInline(
  services: SourceServices,
  row: StoredInstance,
  { memberId, agentId }: OpenPurpose,
  bindings: readonly BoundSlot[],
) {
  const { openSecretsOf } = await import('./revisions/stored-candidate.ts');
  return openSecretsOf(services, row, row.sealed_secrets, {
    for: 'start',
    memberId,
    agentId,
    facts: bindings.length > 0 ? { bound: bindings.map(({ slot }) => slot) } : {},
  });
}

/** Loaded with the first start of a server: its schemas are not needed to serve lists. */
const launchRows = () => import('./launch-row.ts');
/** Loaded with the first start of a server that credentials may be bound to. */
const openings = () => import('../credentials/bindings/open-bindings.ts');
