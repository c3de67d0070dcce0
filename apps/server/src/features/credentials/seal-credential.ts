import { AppError, isAppError } from '@plugboard/contracts';
import type { CreateCredentialInput, ReplaceCredentialInput } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectAgent } from '../agents/queries.ts';
import { commitChange } from '../change.ts';
import type { Actor } from '../members/policy.ts';
import { noSuch } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import { auditFacts } from './audit-facts.ts';
import { bindingEvents, selectBindings } from './bindings/queries.ts';
import { ownerColumns } from './credential-owner.ts';
import { readFields } from './formats/read-fields.ts';
import { may, requireCredential } from './permissions.ts';
import { requireVisible } from './queries.ts';
import type { CredentialOwner } from './vault.ts';

export type CredentialServices = Pick<
  AppServices,
  'db' | 'heard' | 'audit' | 'clock' | 'keyring' | 'vault'
>;

/** What became of a credential, and what is worth knowing of it. */
export interface Sealed {
  readonly id: string;
  readonly advice: readonly string[];
}

/** Checks and seals a new credential. Rejects with `AppError` naming every field at fault. */
export async function createCredential(
  services: CredentialServices,
  actor: Actor,
  input: CreateCredentialInput,
): Promise<Sealed> {
  const { organizationId, memberId } = actor;
  const owner = await withTenant(services.db, organizationId, (db) =>
    requireOwner(db, actor, input.owner),
  );
  const read = await readFields(input.kind, input.provider, input.fields);
  // Its key is made before the transaction, which would else wait for one of its own.
  await services.keyring.current({ organizationId, ...owner });
  const expiresAt = input.expiresAt === undefined ? undefined : Date.parse(input.expiresAt);
  const id = await commitChange(services, actor, async (tx) => {
    const row = await services.vault.insert(tx, {
      organizationId,
      owner,
      kind: input.kind,
      provider: input.provider ?? read.provider,
      name: input.name,
      labels: input.labels ?? [],
      facts: read.facts,
      fields: read.fields,
      expiresAt,
      memberId,
      note: input.note,
    });
    return {
      result: row.id,
      record: {
        kind: 'credential.created',
        ...(owner.kind === 'agent' && { agentId: owner.id }),
        change: auditFacts(row),
      },
      events: [],
    };
  });
  return { id, advice: read.advice };
}

/** Checks and seals a new version; what runs with the credential starts anew with it. */
export async function replaceCredential(
  services: CredentialServices,
  actor: Actor,
  input: ReplaceCredentialInput,
): Promise<Sealed> {
  const { organizationId, memberId } = actor;
  const { keep, note } = input;
  const row = await withTenant(services.db, organizationId, (db) =>
    requireVisible(db, actor, input.credential),
  );
  requireCredential(may(actor, 'manage', row), row, 'replaced');
  if (row.kind === 'oauth') throw connected();
  const read = await readFields(row.kind, row.provider ?? undefined, input.fields);
  const expiresAt = typeof input.expiresAt === 'string' ? Date.parse(input.expiresAt) : null;
  await commitChange(services, actor, async (tx) => {
    const version = await services.vault.replace(tx, {
      organizationId,
      credentialId: row.id,
      expectedVersion: input.expectedVersion ?? row.version,
      fields: read.fields,
      facts: read.facts,
      keep,
      ...(input.expiresAt !== undefined && { expiresAt }),
      memberId,
      note,
    });
    return {
      result: version,
      record: {
        kind: 'credential.replaced',
        change: { ...auditFacts(row), version, keptEarlier: keep, ...(note && { note }) },
      },
      events: bindingEvents(
        organizationId,
        await selectBindings(tx, { credentialId: row.id }),
        'changed',
      ),
    };
  });
  return { id: row.id, advice: read.advice };
}

/** What an earlier version held, as a new version. Rejects with `AppError` when it was not kept. */
export async function rollBackCredential(
  services: CredentialServices,
  actor: Actor,
  ref: string,
  version: number,
): Promise<string> {
  const { organizationId, memberId } = actor;
  const row = await withTenant(services.db, organizationId, (db) => requireVisible(db, actor, ref));
  requireCredential(may(actor, 'manage', row), row, 'rolled back');
  if (row.kind === 'oauth') throw connected();
  if (version === row.version) {
    throw new AppError('conflict', `Version ${version} is the current one.`);
  }
  const opened = await openVersion(
    services,
    { organizationId, credentialId: row.id },
    actor,
    version,
  );
  const revealed = Object.fromEntries(
    Object.entries(opened.fields).map(([name, secret]) => [name, secret.reveal()]),
  );
  // Read anew for its facts alone: what was taken once is taken again, whatever is known by now.
  const facts = await readFields(row.kind, undefined, factsInput(row.kind, revealed));
  await commitChange(services, actor, async (tx) => {
    const made = await services.vault.replace(tx, {
      organizationId,
      credentialId: row.id,
      expectedVersion: row.version,
      fields: opened.fields,
      facts: facts.facts,
      keep: true,
      memberId,
      note: `As version ${version}`,
    });
    return {
      result: made,
      record: {
        kind: 'credential.rolled_back',
        change: { ...auditFacts(row), version: made, from: row.version, to: version },
      },
      events: bindingEvents(
        organizationId,
        await selectBindings(tx, { credentialId: row.id }),
        'changed',
      ),
    };
  });
  return row.id;
}

async function openVersion(
  { vault }: CredentialServices,
  ref: { readonly organizationId: string; readonly credentialId: string },
  { memberId }: Actor,
  version: number,
) {
  try {
    return await vault.open(ref, { for: 'roll_back', memberId }, version);
  } catch (error) {
    if (!isAppError(error, 'not_found')) throw error;
    throw new AppError(
      'not_found',
      `There is no version ${version} any more: it never was, or was destroyed. Look at the versions that are kept.`,
      { cause: error },
    );
  }
}

/** A connection string says all of what was read out of it. */
function factsInput(kind: string, fields: Readonly<Record<string, string>>) {
  const { dsn } = fields;
  return kind === 'database' && dsn !== undefined ? { dsn } : fields;
}

/** Whose a new credential is to be. Throws `AppError('forbidden')` unless the actor may make it. */
async function requireOwner(
  db: TenantDb,
  actor: Actor,
  input: CreateCredentialInput['owner'],
): Promise<CredentialOwner> {
  const agent = input.kind === 'agent' ? await selectAgent(db, input.agent) : undefined;
  if (input.kind === 'agent' && !agent) throw noSuch('agent', input.agent);
  const owner: CredentialOwner =
    input.kind === 'organization'
      ? { kind: 'organization' }
      : { kind: input.kind, id: agent?.id ?? actor.memberId };
  const wanted = {
    ...ownerColumns(owner),
    organization_id: actor.organizationId,
    agent_member_id: agent?.member_id ?? null,
  };
  requireCredential(may(actor, 'manage', wanted), wanted, 'made');
  return owner;
}

function connected(): AppError {
  return new AppError(
    'invalid_input',
    'This is an account that was connected: its tokens are replaced by signing in again (plugboard connection reconnect).',
  );
}
