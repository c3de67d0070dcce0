import { AppError } from '@plugboard/contracts';
import type { InjectedSecret } from '@plugboard/runtime';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { CredentialFields, CredentialKind, OpenPurpose } from '../vault.ts';
import { fillTemplate } from './template.ts';

export type OpenServices = Pick<AppServices, 'vault' | 'accessTokens'>;

/** What a start needs to know of a binding. */
export interface BoundSlot {
  readonly slot: string;
  readonly place: InjectedSecret['place'];
  readonly template: string;
  readonly credentialId: string;
  readonly kind: CredentialKind;
}

/** A binding as it is stored. */
export interface LentSlot extends BoundSlot {
  /** Whether the credential is a member's or an agent's own. */
  readonly isOwn: boolean;
  /** Where the instance took it when it was bound. */
  readonly destination: unknown;
}

/** What fills the slots of an instance for a credential set: its own, then those for everybody. */
export async function selectBoundSlots(
  db: TenantDb,
  instanceId: string,
  credentialSet: string,
): Promise<readonly LentSlot[]> {
  const [kind, id] = credentialSet.split(':');
  const rows = await db
    .selectFrom('instance_credentials as b')
    .innerJoin('credentials', 'credentials.id', 'b.credential_id')
    .where('b.instance_id', '=', instanceId)
    .where((eb) =>
      eb.or([
        eb('b.owner_kind', '=', 'organization'),
        ...(kind === 'member' && id !== undefined ? [eb('b.member_id', '=', id)] : []),
        ...(kind === 'agent' && id !== undefined ? [eb('b.agent_id', '=', id)] : []),
      ]),
    )
    .select([
      'b.slot',
      'b.place',
      'b.template',
      'b.owner_kind',
      'b.credential_id as credentialId',
      'b.destination',
      'credentials.kind',
      'credentials.owner_kind as credentialOwner',
    ])
    .execute();
  const bySlot = new Map<string, LentSlot>();
  const isShared = (row: (typeof rows)[number]) => row.owner_kind === 'organization';
  for (const row of rows.toSorted((a, b) => Number(isShared(b)) - Number(isShared(a)))) {
    const { slot, place, template, credentialId, kind: of, destination } = row;
    const isOwn = row.credentialOwner !== 'organization';
    // Headers are the same however they are written.
    const name = place === 'header' ? slot.toLowerCase() : slot;
    bySlot.set(name, { slot, place, template, credentialId, kind: of, isOwn, destination });
  }
  return [...bySlot.values()];
}

/** Whether a slot is filled with each request, by the connection itself, and not at a start. */
export function isAuthorizedByConnection({ slot, place, template, kind }: BoundSlot): boolean {
  return (
    kind === 'oauth' &&
    place === 'header' &&
    slot.toLowerCase() === 'authorization' &&
    template === 'Bearer {access_token}'
  );
}

/**
 * Opens what fills slots, each credential once. Rejects with `AppError('invalid_input')` naming a slot
 * whose text cannot go where it should, and as the vault and connections do.
 */
export async function openBindings(
  services: OpenServices,
  organizationId: string,
  bindings: readonly BoundSlot[],
  purpose: OpenPurpose,
): Promise<readonly InjectedSecret[]> {
  const wanted = bindings.filter((binding) => !isAuthorizedByConnection(binding));
  const ids = [...new Set(wanted.map(({ credentialId }) => credentialId))];
  const kinds = new Map(wanted.map(({ credentialId, kind }) => [credentialId, kind]));
  const opened = new Map(
    await Promise.all(
      ids.map(async (id) => [id, await openFields(services, organizationId, id, purpose)] as const),
    ),
  );
  return wanted.map(({ slot, place, template, credentialId }) => {
    const value = fillTemplate(template, opened.get(credentialId) ?? {});
    checkValue(slot, place, value);
    return { slot, place, value };
  });

  async function openFields(
    { vault, accessTokens }: OpenServices,
    organization: string,
    credentialId: string,
    why: OpenPurpose,
  ): Promise<CredentialFields> {
    if (kinds.get(credentialId) !== 'oauth') {
      return (await vault.open({ organizationId: organization, credentialId }, why)).fields;
    }
    const ref = { organizationId: organization, connectionId: credentialId };
    return { access_token: (await accessTokens.get(ref, why)).token };
  }
}

/** The same for every secret: what a header or variable cannot carry is refused where it is made. */
function checkValue(slot: string, place: InjectedSecret['place'], value: Secret): void {
  const text = value.reveal();
  if (place === 'header' && !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(text)) {
    throw new AppError(
      'invalid_input',
      `What the credential puts into the header ${slot} has a line break or a character that headers cannot carry.`,
    );
  }
  if (place === 'env' && text.includes('\0')) {
    throw new AppError(
      'invalid_input',
      `What the credential puts into ${slot} holds a NUL character.`,
    );
  }
}
