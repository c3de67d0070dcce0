import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { countConnections } from '../connections/count-connections.ts';
import { requirePermission } from '../members/require.ts';
import { runDoctor } from './doctor.ts';
import { countStates } from './instance-states.ts';

const routes = api.status;

export const statusRouter = routes.router({
  get: routes.get.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'status.read');
    const { organizationId } = actor;
    const { server, supervisor } = services;
    const [parts, statuses, { organization, instances, connections }] = await Promise.all([
      services.readiness(),
      supervisor.statuses(organizationId),
      withTenant(services.db, organizationId, async (db) => ({
        organization: await db
          .selectFrom('organizations')
          .select(['id', 'slug', 'name'])
          .executeTakeFirstOrThrow(),
        connections: await countConnections(db, actor),
        instances: await db.selectFrom('instances').select(['id', 'stopped_at']).execute(),
      })),
    ]);
    return {
      version: server.version,
      startedAt: new Date(server.startedAt).toISOString(),
      ready: parts.every((part) => part.ready),
      parts,
      organization,
      urls: server.urls,
      database: server.database,
      sandbox: server.sandbox,
      instances: countStates(instances, statuses),
      connections,
      process: { pid: process.pid, memoryBytes: process.memoryUsage.rss() },
    };
  }),
  doctor: routes.doctor.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'doctor.run');
    return runDoctor(services, actor.organizationId);
  }),
});
