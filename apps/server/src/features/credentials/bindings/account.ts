import type { AccountView, InstanceCredentials } from '@plugboard/contracts/api';

import { AppError } from '@plugboard/contracts';
import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import { selectStored, type StoredInstance } from '../../instances/revisions/stored-candidate.ts';
import { type Actor, can } from '../../members/policy.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { type BindServices, requireStored } from './bind.ts';
import {
  changesSince,
  describeDestination,
  type Destination,
  destinationDigest,
  destinationFromRow,
  destinationOf,
} from './destination.ts';
import { type BindingRow, presentBinding, selectBindings } from './queries.ts';
import { sameSlot } from './same-slot.ts';
import { slotProblem } from './slot-problem.ts';
import { type AccountSlot, accountSlotsFromRow, type Slot, slotsOf, slotSource } from './slots.ts';

/** Whose account an instance uses and what fills it; of members' own, the actor's and no others'. */
export async function showInstanceCredentials(
  { db, server }: Pick<BindServices, 'db' | 'server'>,
  actor: Actor,
  ref: string,
): Promise<InstanceCredentials> {
  return withTenant(db, actor.organizationId, async (tx) => {
    const row = await requireStored(tx, ref);
    const bindings = await selectBindings(tx, { instanceId: row.id });
    const source = slotSource(row, bindings, server.dataDir);
    const now = destinationOf(row, server.dataDir);
    const seen = bindings.filter((binding) => maySeeBinding(actor, binding));
    return {
      instance: { id: row.id, slug: row.slug },
      account: row.account,
      destination: shownDestination(now),
      slots: slotsOf(source).map((slot) => ({
        ...presentSlot(slot),
        inline: slot.inline,
        bindings: seen
          .filter((each) => sameSlot(each.slot, slot.slot, source.isRemote))
          .map((each) => ({ ...presentBinding(each), ...changesOf(each, now) })),
      })),
    };
  });
}

/** Says whose account calls use. Every copy stops: the next call starts one with what it is to have. */
export async function setAccount(
  services: BindServices,
  actor: Actor,
  input: {
    readonly instance: string;
    readonly account: StoredInstance['account'];
    readonly slots?: readonly AccountSlot[] | undefined;
  },
): Promise<void> {
  const { organizationId } = actor;
  await commitChange(services, actor, async (tx) => {
    const row = await requireStored(tx, input.instance);
    const slots = input.slots ?? accountSlotsFromRow(row.account_slots);
    refuseSlots(slotSource(row, [], services.server.dataDir).isRemote, slots);
    await tx
      .updateTable('instances')
      .set({ account: input.account, account_slots: JSON.stringify(slots) })
      .where('id', '=', row.id)
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'instance.account_set',
        instanceId: row.id,
        change: {
          slug: row.slug,
          before: row.account,
          after: input.account,
          slots: slots.map(({ slot }) => slot),
        },
      },
      events: [
        { kind: 'access', organizationId },
        { kind: 'instance_credentials', organizationId, instanceId: row.id, about: 'removed' },
      ],
    };
  });
}

/** What the actor has to provide to an instance before the actor's calls can use it. */
export async function accountOf(
  { db, server }: Pick<BindServices, 'db' | 'server'>,
  actor: Actor,
  ref: string,
): Promise<AccountView> {
  return withTenant(db, actor.organizationId, async (tx) =>
    viewAccount(tx, actor, await requireStored(tx, ref), server.dataDir),
  );
}

/** The same of every instance that asks it of members. */
export async function accountsOf(
  { db, server }: Pick<BindServices, 'db' | 'server'>,
  actor: Actor,
): Promise<readonly AccountView[]> {
  return withTenant(db, actor.organizationId, async (tx) => {
    const rows = await tx
      .selectFrom('instances')
      .select('id')
      .where('account', '=', 'member')
      .orderBy('slug')
      .execute();
    const views: AccountView[] = [];
    for (const { id } of rows) {
      const row = await selectStored(tx, id);
      if (row) views.push(await viewAccount(tx, actor, row, server.dataDir));
    }
    return views;
  });
}

async function viewAccount(
  tx: TenantDb,
  { memberId }: Actor,
  row: StoredInstance,
  dataDir: string,
): Promise<AccountView> {
  const bindings = await selectBindings(tx, { instanceId: row.id });
  const source = slotSource(row, bindings, dataDir);
  const now = destinationOf(row, dataDir);
  const own = bindings.filter((each) => each.member_id === memberId);
  const slots = slotsOf(source)
    .filter(({ of }) => of === 'member')
    .map((slot) => {
      const binding = own.find((each) => sameSlot(each.slot, slot.slot, source.isRemote));
      return {
        ...presentSlot(slot),
        filled: binding !== undefined,
        ...(binding && { credential: binding.credential_name, ...changesOf(binding, now) }),
      };
    });
  return {
    instance: { id: row.id, slug: row.slug },
    account: row.account,
    destination: shownDestination(now),
    ready: slots.every(
      ({ filled, required, changes }) => changes === undefined && (filled || !required),
    ),
    slots,
  };
}

function shownDestination(destination: Destination) {
  return { name: describeDestination(destination), digest: destinationDigest(destination) };
}

/** What waits for a confirmation; the organization's own credentials never do. */
function changesOf(
  { credential_owner: owner, destination }: BindingRow,
  now: Destination,
): { readonly changes?: string[] } {
  if (owner === 'organization') return {};
  const changes = changesSince(destinationFromRow(destination), now);
  return changes.length === 0 ? {} : { changes };
}

function presentSlot({ slot, place, template, required, title, url, of }: Slot) {
  return {
    slot,
    place,
    ...(template !== undefined && { template }),
    required,
    ...(title !== undefined && { title }),
    ...(url !== undefined && { url }),
    of,
  };
}

/** Which credential a member uses is that member's business, and of those who answer for all. */
function maySeeBinding(actor: Actor, { member_id: memberId }: BindingRow): boolean {
  const { organizationId } = actor;
  return can(actor, 'credential.read', { organizationId, memberId: memberId ?? undefined });
}

function refuseSlots(isRemote: boolean, slots: readonly AccountSlot[]): void {
  for (const { slot, place } of slots) {
    const wrong = slotProblem(slot, place ?? (isRemote ? 'header' : 'env'), isRemote);
    if (wrong !== undefined) throw new AppError('invalid_input', `${slot} ${wrong}`);
  }
  const names = slots.map(({ slot }) => (isRemote ? slot.toLowerCase() : slot));
  if (new Set(names).size < names.length) {
    throw new AppError('invalid_input', 'A slot is named twice. Name each once.');
  }
}
