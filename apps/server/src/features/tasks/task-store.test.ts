import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  buildOrganization,
  createTestDatabase,
  type TestDatabase,
} from '../../store/testing/test-database.ts';
import { withTenant } from '../../store/tenant.ts';
import { createTaskStore, sweepTasks } from './task-store.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** An organization with an instance and two agents. */
async function set() {
  const { db } = database;
  const organizationId = await buildOrganization(db);
  const [toolboxId, instanceId, agentId, otherAgentId] = [newId(), newId(), newId(), newId()];
  await withTenant(db, organizationId, async (tx) => {
    const organization = { organization_id: organizationId };
    await tx
      .insertInto('toolboxes')
      .values({ ...organization, id: toolboxId, slug: 'box', name: 'Box', environment: 'dev' })
      .execute();
    await tx
      .insertInto('instances')
      .values({
        ...organization,
        id: instanceId,
        toolbox_id: toolboxId,
        slug: 'runner',
        server_name: 'test/runner',
        version: '1',
        launch: '{}',
      })
      .execute();
    for (const id of [agentId, otherAgentId]) {
      await tx
        .insertInto('agents')
        .values({ ...organization, id, slug: `agent-${id}`, name: 'A' })
        .execute();
    }
  });
  const tasks = createTaskStore(db);
  return { db, organizationId, instanceId, agentId, otherAgentId, tasks };
}

describe('createTaskStore', () => {
  it('tells whose a task is, by its organization, instance and id', async () => {
    const { tasks, organizationId, instanceId, agentId } = await set();
    const taskId = "t'1 ✓";
    await tasks.put(organizationId, { instanceId, taskId, agentId });
    expect(await tasks.findOwner(organizationId, instanceId, taskId)).toBe(agentId);
    expect(await tasks.findOwner(organizationId, instanceId, 't2')).toBeUndefined();
    expect(await tasks.findOwner(organizationId, newId(), taskId)).toBeUndefined();
    const other = await set();
    expect(await tasks.findOwner(other.organizationId, instanceId, taskId)).toBeUndefined();
  });

  it('gives an id that is used again to whoever called last', async () => {
    const { tasks, organizationId, instanceId, agentId, otherAgentId } = await set();
    await tasks.put(organizationId, { instanceId, taskId: 't', agentId });
    await tasks.put(organizationId, { instanceId, taskId: 't', agentId: otherAgentId });
    expect(await tasks.findOwner(organizationId, instanceId, 't')).toBe(otherAgentId);
  });

  it('forgets tasks with their instance, and after a month', async () => {
    const { db, tasks, organizationId, instanceId, agentId } = await set();
    await tasks.put(organizationId, { instanceId, taskId: 'old', agentId });
    await tasks.put(organizationId, { instanceId, taskId: 'new', agentId });
    await withTenant(db, organizationId, async (tx) => {
      const longAgo = new Date(Date.now() - 31 * 86_400_000);
      const old = tx.updateTable('tasks').set({ created_at: longAgo }).where('task_id', '=', 'old');
      await old.execute();
    });
    await sweepTasks(db, organizationId);
    expect(await tasks.findOwner(organizationId, instanceId, 'old')).toBeUndefined();
    expect(await tasks.findOwner(organizationId, instanceId, 'new')).toBe(agentId);
    await withTenant(db, organizationId, async (tx) => {
      await tx.deleteFrom('instances').where('id', '=', instanceId).execute();
    });
    expect(await tasks.findOwner(organizationId, instanceId, 'new')).toBeUndefined();
  });
});
