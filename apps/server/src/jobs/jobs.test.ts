import { pino } from 'pino';
import manifest from 'pg-boss/package.json' with { type: 'json' };
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../app/testing/build-app.ts';
import { asRole } from '../store/testing/test-database.ts';
import { jobSchema, jobSchemaVersion } from './job-schema.ts';
import { defineJob } from './job.ts';
import { createJobs } from './jobs.ts';

describe('jobs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await buildApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('has the tables that the installed engine wants', () => {
    expect(manifest.pgboss.schema).toBe(jobSchemaVersion);
  });

  it('lets the serving role use its tables, and not alter them', async () => {
    if (app.database.kind === 'external') return;
    await asRole(app.database.connection, async (client) => {
      await client.query(`select from ${jobSchema}.job`);
      await expect(client.query(`drop table ${jobSchema}.job`)).rejects.toThrow(/owner/);
      await expect(client.query(`create table ${jobSchema}.mine (id int)`)).rejects.toThrow(
        /denied/,
      );
    });
  });

  it('does each job once, on one of several nodes, and tries failed ones again', async () => {
    const log = pino({ level: 'silent' });
    const done: string[] = [];
    const job = defineJob<{ id: string }>({
      name: 'test.job',
      retry: { limit: 2, delaySeconds: 0 },
      async run({ id }) {
        done.push(id);
        if (id === 'fails' && done.filter((each) => each === id).length === 1)
          throw new Error('no');
      },
    });
    await using one = createJobs({ pool: app.database.pool, log });
    await using two = createJobs({ pool: app.database.pool, log });
    await Promise.all([one.work([job], app.services), two.work([job], app.services)]);
    const ids = ['a', 'b', 'c', 'fails'];
    for (const id of ids) await one.send(job, { id });
    await expect.poll(() => done.toSorted()).toEqual([...ids, 'fails'].toSorted());
  });
});
