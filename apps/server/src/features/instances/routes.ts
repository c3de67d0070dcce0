import type { AddInstanceEvent, Instance, InstanceTest, LogLine } from '@plugboard/contracts/api';
import type { LogLine as StoredLine } from '@plugboard/runtime';

import type { AppServices } from '../../app/services.ts';
import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { commitChange } from '../change.ts';
import { chooseCredentials } from '../credentials/bindings/choose-credentials.ts';
import { listingSetOf } from '../credentials/bindings/listing-set.ts';
import { readHello } from '../definitions/read-hello.ts';
import { refreshDefinitions } from '../definitions/refresh-definitions.ts';
import { readDefinitions } from '../definitions/read-definitions.ts';
import { type Actor, can } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { addInstance } from './add-instance.ts';
import { planInstance } from './plan/plan-instance.ts';
import { presentInstance } from './present.ts';
import { type InstanceRow, requireInstance, selectInstances } from './queries.ts';
import { removeInstance } from './remove-instance.ts';
import { readServerCards, type ServerCard } from './server-cards.ts';
import { refuseStopped, startInstance, stopInstance } from './stopped.ts';
import { streamProgress } from './stream-progress.ts';

const routes = api.instances;

const defaultTail = 100;

export const instancesRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.read');
    const found = await withTenant(services.db, actor.organizationId, async (db) => {
      if (input?.toolbox === undefined) return withCards(db, actor, await selectInstances(db));
      const toolbox = await selectToolbox(db, input.toolbox);
      if (!toolbox) throw noSuch('toolbox', input.toolbox);
      return withCards(db, actor, await selectInstances(db, toolbox.id));
    });
    return { instances: await presentAll(services, actor, found) };
  }),

  get: routes.get.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.read');
    return show(services, actor, input.instance);
  }),

  plan: routes.plan.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'instance.plan');
    const chosen = await chooseCredentials(services, actor, input.credentials);
    return planInstance(services, actor.organizationId, input, signal, chosen);
  }),

  add: routes.add.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'instance.add');
    return streamProgress<AddInstanceEvent>(async (emit, limited) => {
      const chosen = await chooseCredentials(services, actor, input.credentials);
      const options = { onProgress: emit, chosen, signal: limited };
      const id = await addInstance(services, actor, input, options);
      emit({ type: 'done', instance: await show(services, actor, id) });
    }, signal);
  }),

  remove: routes.remove.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.remove');
    return { id: await removeInstance(services, actor, input.instance) };
  }),

  restart: routes.restart.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.restart');
    const { organizationId } = actor;
    const row = await find(services, actor, input.instance);
    const { id, slug } = row;
    refuseStopped(row);
    // On record before it happens: a restart ends calls of others.
    await commitChange(services, actor, async () => ({
      result: undefined,
      record: { kind: 'instance.restarted', instanceId: id, change: { id, slug } },
      events: [],
    }));
    await services.supervisor.restart(id);
    const credentialSet = await listingSetOf(services, actor, row);
    const upstream = await services.supervisor.acquire(organizationId, id, credentialSet);
    await refreshDefinitions(services, { organizationId, id }, upstream);
    return show(services, actor, id);
  }),

  stop: routes.stop.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.stop');
    const row = await find(services, actor, input.instance);
    await stopInstance(services, actor, row);
    return show(services, actor, row.id);
  }),

  start: routes.start.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.stop');
    const row = await find(services, actor, input.instance);
    await startInstance(services, actor, row);
    return show(services, actor, row.id);
  }),

  test: routes.test.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'instance.test');
    const row = await find(services, actor, input.instance);
    refuseStopped(row);
    const credentialSet = await listingSetOf(services, actor, row);
    return testInstance(services, actor.organizationId, row.id, credentialSet, signal);
  }),

  logs: routes.logs.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'instance.read_logs');
    const { id } = await find(services, actor, input.instance);
    const tail = input.tail ?? defaultTail;
    const follow = input.follow === true;
    return presentLines(services.logs.read({ instanceId: id, tail, follow, signal }));
  }),
});

async function* presentLines(lines: AsyncIterable<StoredLine>): AsyncGenerator<LogLine> {
  for await (const { time, stream, text } of lines) yield { at: time, source: stream, text };
}

function find(services: AppServices, actor: Actor, ref: string) {
  return withTenant(services.db, actor.organizationId, (db) => requireInstance(db, ref));
}

async function show(services: AppServices, actor: Actor, ref: string): Promise<Instance> {
  const found = await withTenant(services.db, actor.organizationId, async (db) =>
    withCards(db, actor, [await requireInstance(db, ref)]),
  );
  const [instance] = await presentAll(services, actor, found);
  if (!instance) throw noSuch('instance', ref);
  return instance;
}

interface FoundInstances {
  readonly rows: readonly InstanceRow[];
  readonly cards: ReadonlyMap<string, ServerCard>;
}

async function withCards(
  db: TenantDb,
  actor: Actor,
  rows: readonly InstanceRow[],
): Promise<FoundInstances> {
  const names = rows.map((row) => row.server_name);
  return { rows, cards: await readServerCards(db, actor, names) };
}

async function presentAll(
  { server, supervisor }: AppServices,
  actor: Actor,
  { rows, cards }: FoundInstances,
): Promise<Instance[]> {
  const statuses = await supervisor.statuses(actor.organizationId);
  const options = {
    urls: server.urls,
    dataDir: server.dataDir,
    statuses: Map.groupBy(statuses, ({ instanceId }) => instanceId),
    cards,
    hellos: new Map(),
    showLaunch: can(actor, 'instance.read_launch', actor),
  };
  return rows.map((row) => presentInstance(row, options));
}

async function testInstance(
  { supervisor }: AppServices,
  organizationId: string,
  id: string,
  credentialSet: string,
  signal: AbortSignal,
): Promise<InstanceTest> {
  const began = performance.now();
  const upstream = await supervisor.acquire(organizationId, id, credentialSet);
  const ready = performance.now();
  const { era, result, protocolVersion } = upstream.hello;
  await upstream.request({ method: era === 'modern' ? 'server/discover' : 'ping', signal });
  const answered = performance.now();
  const { offerings } = await readDefinitions(upstream, signal);
  const { serverInfo } = readHello(era, result.toString());
  const count = (kind: string) => offerings.filter((each) => each.kind === kind).length;
  return {
    ok: true,
    startMs: Math.round(ready - began),
    pingMs: Math.round((answered - ready) * 10) / 10,
    era,
    protocolVersion,
    ...(serverInfo && { serverInfo }),
    offers: {
      tools: count('tool'),
      prompts: count('prompt'),
      resources: count('resource'),
      resourceTemplates: count('resource_template'),
    },
  };
}
