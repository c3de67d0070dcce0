import { AppError } from '@plugboard/contracts';
import type { LockInstance } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { type Author, commitChange } from '../../change.ts';
import { requireInstance } from '../../instances/queries.ts';
import { removeInstance } from '../../instances/remove-instance.ts';
import { changeInstance } from '../../instances/revisions/change-instance.ts';
import { filledSlotsOf } from '../../credentials/bindings/filled-slots.ts';
import { startInstance, stopInstance } from '../../instances/stopped.ts';
import { openSecretsOf } from '../../instances/revisions/stored-candidate.ts';
import { noSuch } from '../../reference.ts';
import { selectToolbox } from '../../toolboxes/queries.ts';
import type { Step } from '../plan-lock.ts';
import { type ApplyContext, wantedOf } from './apply-context.ts';
import { createLocked } from './create-locked.ts';
import { prepareLocked, refuseDrift } from './locked-candidate.ts';

export async function applyInstance(context: ApplyContext, step: Step): Promise<void> {
  const { services, author, wanted } = context;
  if (step.action === 'delete') {
    await removeInstance(services, author, step.id);
    return;
  }
  const instance = wantedOf(wanted.instances, step.id);
  if (step.action === 'create') {
    await createLocked(context, instance);
    return;
  }
  const paths = new Set(step.fields.map(({ path }) => path));
  const isStopped = paths.delete('stopped');
  const isMoved = paths.delete('toolbox');
  // One that is to be stopped is not started by its other changes first.
  if (isStopped && instance.stopped === true) await stopLocked(context, instance);
  if (paths.size > 0) await changeLocked(context, instance);
  if (isMoved) await moveInstance(context, instance);
  if (isStopped && instance.stopped !== true) await startLocked(context, instance);
}

async function stopLocked(
  { services, author }: ApplyContext,
  { slug }: LockInstance,
): Promise<void> {
  await stopInstance(services, author, await presentRow(services, author, slug));
}

/** Stops it again when it lists something else than is locked. */
async function startLocked(context: ApplyContext, instance: LockInstance): Promise<void> {
  const { services, author } = context;
  const row = await presentRow(services, author, instance.slug);
  context.tell(`${instance.slug}: Starting it`);
  await startInstance(services, author, row);
  const offerings = await withTenant(services.db, author.organizationId, (db) =>
    db
      .selectFrom('offerings')
      .select(['kind', 'name', 'hash'])
      .where('instance_id', '=', row.id)
      .execute(),
  );
  try {
    refuseDrift(context, instance, { offerings });
  } catch (error) {
    await stopInstance(services, author, row);
    throw error;
  }
}

function presentRow({ db }: Pick<AppServices, 'db'>, { organizationId }: Author, slug: string) {
  return withTenant(db, organizationId, (tx) => requireInstance(tx, slug));
}

async function changeLocked(context: ApplyContext, instance: LockInstance): Promise<void> {
  const { services, author, tell, signal } = context;
  const { organizationId } = author;
  const { id, environment } = await withTenant(services.db, organizationId, async (db) => {
    const row = await requireInstance(db, instance.slug);
    const toolbox = await selectToolbox(db, row.toolbox_id);
    if (!toolbox) throw noSuch('toolbox', row.toolbox_slug);
    return { id: row.id, environment: toolbox.environment };
  });
  const given = Object.hasOwn(context.secrets, instance.slug)
    ? (context.secrets[instance.slug] ?? {})
    : {};
  await changeInstance(
    services,
    author,
    id,
    async ({ row }) => {
      const present = await openSecretsOf(services, row, row.sealed_secrets, {
        for: 'lock',
        memberId: author.memberId,
      });
      // What is there is kept: applying again must not change what somebody has changed since.
      const all = { ...given, ...present };
      const secrets = Object.fromEntries(
        instance.secrets.flatMap((name) => {
          const secret = Object.hasOwn(all, name) ? all[name] : undefined;
          return secret ? [[name, secret] as const] : [];
        }),
      );
      const filledSlots = await filledSlotsOf(services, organizationId, row);
      return prepareLocked(context, instance, environment, secrets, filledSlots);
    },
    {
      reason: 'applied',
      note: 'plugboard.lock',
      onProgress: (_step, message) => tell(`${instance.slug}: ${message}`),
      signal,
      refuse: (definitions) => refuseDrift(context, instance, definitions),
    },
  );
}

/** To a toolbox of the same environment: nothing of how it runs changes. */
async function moveInstance(
  { services, author }: ApplyContext,
  { slug, toolbox: wanted }: LockInstance,
): Promise<void> {
  const { organizationId } = author;
  await commitChange(services, author, async (db) => {
    const instance = await requireInstance(db, slug);
    const [from, to] = [
      await selectToolbox(db, instance.toolbox_id),
      await selectToolbox(db, wanted),
    ];
    if (!to) throw noSuch('toolbox', wanted);
    if (from?.environment !== to.environment) {
      throw new AppError('conflict', `${slug} cannot move to a toolbox of another environment.`);
    }
    await db
      .updateTable('instances')
      .set({ toolbox_id: to.id })
      .where('id', '=', instance.id)
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'instance.moved',
        instanceId: instance.id,
        change: { id: instance.id, slug, before: from.slug, after: to.slug },
      },
      events: [
        { kind: 'access', organizationId },
        { kind: 'definitions', organizationId, instanceId: instance.id },
      ],
    };
  });
}
