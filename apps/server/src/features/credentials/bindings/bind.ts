import { AppError, newId } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { selectAgent } from '../../agents/queries.ts';
import { commitChange } from '../../change.ts';
import { requireInstance } from '../../instances/queries.ts';
import { selectStored, type StoredInstance } from '../../instances/revisions/stored-candidate.ts';
import type { Actor } from '../../members/policy.ts';
import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { ownerColumns, ownerOf } from '../credential-owner.ts';
import { may, requireCredential } from '../permissions.ts';
import { fieldsFromRow } from '../present.ts';
import { type ListedCredential, requireVisible } from '../queries.ts';
import type { CredentialOwner } from '../vault.ts';
import { type Destination, destinationOf } from './destination.ts';
import { bindingEvents, type BindingRow, selectBindings } from './queries.ts';
import { sameSlot } from './same-slot.ts';
import { slotProblem } from './slot-problem.ts';
import { slotsOf, slotSource } from './slots.ts';
import { templateProblem, usualTemplate, withMainField } from './template.ts';

export type BindServices = Pick<AppServices, 'db' | 'heard' | 'audit' | 'clock' | 'server'>;

export interface BindInput {
  readonly instance: string;
  readonly slot: string;
  readonly credential: string;
  readonly place?: BindingRow['place'] | undefined;
  readonly template?: string | undefined;
  readonly for?:
    | { readonly kind: 'organization' | 'member' }
    | { readonly kind: 'agent'; readonly agent: string }
    | undefined;
}

/** How a credential goes into a slot. */
export interface Binding {
  readonly slot: string;
  readonly place: BindingRow['place'];
  readonly template: string;
  readonly credentialId: string;
  /** Where the instance takes it, of a credential that is not the organization's. */
  readonly destination?: Destination | undefined;
}

/**
 * Fills a slot of an instance. A member's own credential fills slots for that member's calls alone, an
 * agent's for that agent's; only what an instance asks of them can be filled so, in the way that it
 * asks. Resolves with the binding's id.
 */
export async function bindCredential(
  services: BindServices,
  actor: Actor,
  input: BindInput,
): Promise<string> {
  const { organizationId } = actor;
  return commitChange(services, actor, async (tx) => {
    const instance = await requireStored(tx, input.instance);
    const credential = await requireVisible(tx, actor, input.credential);
    requireCredential(may(actor, 'bind', credential), credential, 'bound');
    const owner = await bindingOwner(tx, actor, credential, input.for);
    refuseOtherAccount(instance, owner);
    const binding = await checkBinding(services, tx, instance, credential, owner, input);
    const destination =
      credential.owner_kind === 'organization'
        ? undefined
        : destinationOf(instance, services.server.dataDir);
    const id = await upsertBinding(tx, organizationId, instance.id, owner, {
      ...binding,
      destination,
    });
    return {
      result: id,
      record: {
        kind: 'credential.bound',
        instanceId: instance.id,
        ...(owner.kind === 'agent' && { agentId: owner.id }),
        change: {
          id: credential.id,
          name: credential.name,
          instance: instance.slug,
          slot: binding.slot,
          place: binding.place,
          for: owner,
        },
      },
      events: bindingEvents(
        organizationId,
        [{ instance_id: instance.id, ...ownerColumns(owner) }],
        'changed',
      ),
    };
  });
}

/** Stores a binding that was checked. What the slot was filled with before is unbound by it. */
export async function upsertBinding(
  tx: TenantDb,
  organizationId: string,
  instanceId: string,
  owner: CredentialOwner,
  { slot, place, template, credentialId, destination }: Binding,
): Promise<string> {
  // Nobody destroys the credential between this look and the commit.
  const there = await tx
    .selectFrom('credentials')
    .select('id')
    .where('id', '=', credentialId)
    .where('destroyed_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  if (!there) throw new AppError('conflict', 'The credential was destroyed meanwhile.');
  const columns = ownerColumns(owner);
  await tx
    .deleteFrom('instance_credentials')
    .where('instance_id', '=', instanceId)
    .where('slot', '=', slot)
    .where('owner_kind', '=', owner.kind)
    .$if(columns.member_id !== null, (query) =>
      query.where('member_id', '=', columns.member_id ?? ''),
    )
    .$if(columns.agent_id !== null, (query) => query.where('agent_id', '=', columns.agent_id ?? ''))
    .execute();
  const id = newId();
  await tx
    .insertInto('instance_credentials')
    .values({
      id,
      organization_id: organizationId,
      instance_id: instanceId,
      slot,
      place,
      template,
      ...columns,
      credential_id: credentialId,
      destination: destination ? JSON.stringify(destination) : null,
    })
    .execute();
  return id;
}

/** Empties a slot; the copies that ran with it stop. Resolves with the binding's id. */
export async function unbindCredential(
  services: BindServices,
  actor: Actor,
  input: {
    instance: string;
    slot: string;
    for: CredentialOwner['kind'];
    agent?: string | undefined;
  },
): Promise<string> {
  const { organizationId } = actor;
  return commitChange(services, actor, async (tx) => {
    const instance = await requireInstance(tx, input.instance);
    const agent = input.agent === undefined ? undefined : await selectAgent(tx, input.agent);
    if (input.for === 'agent' && !agent) throw noSuch('agent', input.agent ?? '');
    const bindings = await selectBindings(tx, { instanceId: instance.id });
    const row = bindings.find(
      (each) =>
        each.slot === input.slot &&
        each.owner_kind === input.for &&
        (input.for !== 'member' || each.member_id === actor.memberId) &&
        (input.for !== 'agent' || each.agent_id === agent?.id),
    );
    if (row) {
      const owned = {
        organization_id: organizationId,
        owner_kind: row.owner_kind,
        member_id: row.member_id,
        agent_member_id: agent?.member_id ?? null,
      };
      requireCredential(may(actor, 'bind', owned), owned, 'unbound');
    }
    if (!row) {
      throw new AppError(
        'not_found',
        `No credential fills ${input.slot} of ${instance.slug} so. Look at what does: plugboard server credentials ${instance.slug}.`,
        { details: { slot: input.slot } },
      );
    }
    await tx.deleteFrom('instance_credentials').where('id', '=', row.id).execute();
    return {
      result: row.id,
      record: {
        kind: 'credential.unbound',
        instanceId: instance.id,
        ...(row.agent_id !== null && { agentId: row.agent_id }),
        change: {
          id: row.credential_id,
          name: row.credential_name,
          instance: instance.slug,
          slot: row.slot,
          for: ownerOf(row),
        },
      },
      events: bindingEvents(organizationId, [row], 'removed'),
    };
  });
}

export async function requireStored(tx: TenantDb, ref: string): Promise<StoredInstance> {
  const { id } = await requireInstance(tx, ref);
  const row = await selectStored(tx, id);
  if (!row) throw noSuch('instance', ref);
  return row;
}

/** For whose calls; only for those whose the credential is, and the organization's for everybody. */
async function bindingOwner(
  tx: TenantDb,
  actor: Actor,
  credential: ListedCredential,
  wanted: BindInput['for'],
): Promise<CredentialOwner> {
  const own = ownerOf(credential);
  if (wanted === undefined) return own;
  if (wanted.kind !== 'agent') {
    if (wanted.kind === own.kind) return own;
    throw otherOwner(own);
  }
  const agent = await selectAgent(tx, wanted.agent);
  if (!agent) throw noSuch('agent', wanted.agent);
  const owner: CredentialOwner = { kind: 'agent', id: agent.id };
  if (own.kind === 'agent' && own.id === agent.id) return owner;
  // Owners and admins may lend an agent what is the organization's.
  if (own.kind === 'organization') return owner;
  throw otherOwner(own);
}

function otherOwner(own: CredentialOwner): AppError {
  const whose = {
    organization: "the organization's",
    member: "a member's own",
    agent: "an agent's",
  };
  return new AppError(
    'forbidden',
    `The credential is ${whose[own.kind]} and cannot be used for the calls of others.`,
  );
}

function refuseOtherAccount({ slug, account }: StoredInstance, owner: CredentialOwner): void {
  if (owner.kind === 'organization' || owner.kind === account) return;
  const uses = {
    organization: 'one account for everybody',
    member: "each member's own account",
    agent: "each agent's own account",
  };
  throw new AppError(
    'conflict',
    `${slug} uses ${uses[account]}. An owner or admin can change that: plugboard server account ${slug} ${owner.kind}.`,
    { details: { account } },
  );
}

async function checkBinding(
  { server }: BindServices,
  tx: TenantDb,
  instance: StoredInstance,
  credential: ListedCredential,
  owner: CredentialOwner,
  input: Pick<BindInput, 'slot' | 'place' | 'template'>,
): Promise<Binding> {
  const bindings = await selectBindings(tx, { instanceId: instance.id });
  const source = slotSource(instance, bindings, server.dataDir);
  const known = slotsOf(source).find(({ slot }) => sameSlot(slot, input.slot, source.isRemote));
  if (owner.kind !== 'organization') {
    if (known?.of !== owner.kind) {
      throw new AppError(
        'forbidden',
        `${instance.slug} asks no ${owner.kind} for ${input.slot}. See what it asks for: plugboard credential mine.`,
        { details: { slot: input.slot } },
      );
    }
    // How it gets there is for those to say who may run code on this machine.
    if (
      input.place !== undefined ||
      (input.template !== undefined && known.template !== undefined)
    ) {
      throw new AppError(
        'forbidden',
        `How ${known.slot} is filled is set by ${instance.slug}: leave place and template out.`,
      );
    }
  }
  return fitBinding(credential, known, source.isRemote, input);
}

interface KnownSlot {
  readonly slot: string;
  readonly place: BindingRow['place'];
  readonly template: string | undefined;
}

/**
 * How a credential goes into a slot, of what is asked for and what is known of the slot. Throws
 * `AppError('invalid_input')` for a name, place or template that cannot be.
 */
export function fitBinding(
  credential: Pick<ListedCredential, 'id' | 'name' | 'kind' | 'facts'>,
  known: KnownSlot | undefined,
  isRemote: boolean,
  input: Pick<BindInput, 'slot' | 'place' | 'template'>,
): Binding {
  const slot = known?.slot ?? input.slot;
  const place = input.place ?? known?.place ?? (isRemote ? 'header' : 'env');
  const wrong = slotProblem(slot, place, isRemote);
  if (wrong !== undefined) throw new AppError('invalid_input', `${slot} ${wrong}`);
  const fields = fieldsFromRow(credential);
  const { kind } = credential;
  const template =
    input.template ??
    (known?.template === undefined ? undefined : withMainField(known.template, kind, fields)) ??
    usualTemplate(kind, fields, slot);
  if (template === undefined) {
    throw new AppError(
      'invalid_input',
      `Say what of ${credential.name} goes into ${slot} with a template, such as "{${fields[0] ?? 'field'}}". It has ${fields.join(', ')}.`,
    );
  }
  const problem = templateProblem(template, kind, fields);
  if (problem !== undefined) throw new AppError('invalid_input', `The template ${problem}`);
  return { slot, place, template, credentialId: credential.id };
}
