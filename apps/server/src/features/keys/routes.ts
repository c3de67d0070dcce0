import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { presentRotation, readVaultStatus } from './present-keys.ts';
import { beginMasterRotation } from './rotate-master-key.ts';
import { beginOwnerRotation } from './rotate-owner-keys.ts';
import { rotateJob } from './rotation-jobs.ts';

const routes = api.keys;

export const keysRouter = routes.router({
  status: routes.status.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'vault.read');
    return readVaultStatus(services, actor.organizationId);
  }),

  rotate: routes.rotate.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'vault.rotate');
    const rotation = await beginOwnerRotation(services, actor);
    await services.jobs.send(rotateJob, { organizationId: actor.organizationId });
    return presentRotation(rotation);
  }),

  rotateMaster: routes.rotateMaster.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'vault.rotate_master');
    const rotation = await beginMasterRotation(services, actor, input.provider);
    await services.jobs.send(rotateJob, { organizationId: actor.organizationId });
    return presentRotation(rotation);
  }),

  rotation: routes.rotation.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'vault.read');
    const row = await withTenant(services.db, actor.organizationId, (tx) =>
      tx
        .selectFrom('key_rotations')
        .selectAll()
        .where('id', '=', input.rotation)
        .executeTakeFirst(),
    );
    if (!row) throw noSuch('rotation', input.rotation);
    return presentRotation(row);
  }),
});
