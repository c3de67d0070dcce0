import type { TaskStore } from '@plugboard/gateway';
import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';

import type { Database } from '../../store/schema.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';

/** Days after which it is forgotten whose a task was; servers keep none so long. */
const taskDays = 30;

/** Keeps in the store which agent each task of a server belongs to. */
export function createTaskStore(db: Kysely<Database>): TaskStore {
  return {
    put: (organizationId, { instanceId, taskId, agentId }) =>
      withTenant(db, organizationId, async (tx) => {
        await tx
          .insertInto('tasks')
          .values({
            organization_id: organizationId,
            instance_id: instanceId,
            task_id: taskId,
            agent_id: agentId,
          })
          // A server that counts anew after a restart gives an old id to whoever called now.
          .onConflict((conflict) =>
            conflict
              .constraint('tasks_pk')
              .doUpdateSet({ agent_id: agentId, created_at: sql<Date>`now()` }),
          )
          .execute();
      }),

    findOwner: (organizationId, instanceId, taskId) =>
      withTenant(db, organizationId, async (tx) => {
        const row = await tx
          .selectFrom('tasks')
          .select('agent_id')
          .where('instance_id', '=', instanceId)
          .where('task_id', '=', taskId)
          .executeTakeFirst();
        return row?.agent_id;
      }),
  };
}

const sweepEveryMs = 6 * 3_600_000;

/** Forgets old tasks, now and then, until disposed of. */
export function keepTasksSwept(db: Kysely<Database>, log: Pick<Logger, 'warn'>): Disposable {
  async function sweep(): Promise<void> {
    try {
      for (const organizationId of await listOrganizationIds(db)) {
        await sweepTasks(db, organizationId);
      }
    } catch (error) {
      log.warn({ err: error }, 'old tasks were not forgotten; that is tried again later');
    }
  }
  const timer = setInterval(() => void sweep(), sweepEveryMs).unref();
  void sweep();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

export async function sweepTasks(db: Kysely<Database>, organizationId: string): Promise<void> {
  await withTenant(db, organizationId, (tx) =>
    tx
      .deleteFrom('tasks')
      .where('created_at', '<=', sql<Date>`now() - make_interval(days => ${taskDays})`)
      .execute(),
  );
}
