import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectExternal } from './external.ts';
import { openStore } from './open-store.ts';
import type { Connection } from './pool.ts';
import { silentLog } from './testing/database-server.ts';
import { asRole, createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
const role = `tester_${process.pid}`;

beforeAll(async () => {
  database = await createTestDatabase();
  await asRole(database.superuser, async (client) => {
    await client.query(`
      create role ${role}_bypass login bypassrls; create role ${role}_member login;
      create role ${role} login; grant ${role}_bypass to ${role}_member;
      grant connect on database ${database.superuser.database} to ${role}, ${role}_bypass, ${role}_member`);
  });
});

afterAll(async () => {
  await asRole(database.superuser, (client) =>
    client.query(
      `drop owned by ${role}, ${role}_bypass, ${role}_member; drop role ${role}, ${role}_bypass, ${role}_member`,
    ),
  );
  await database[Symbol.asyncDispose]();
});

function urlOf({ host, database: name }: Connection, user: string, databaseName = name): string {
  return `postgresql://${user}@/${databaseName}?host=${encodeURIComponent(host ?? '')}`;
}

const connect = (databaseUrl: string) =>
  connectExternal({ databaseUrl, log: silentLog, waitMs: 20_000 });

describe('a database of your own', () => {
  it('is opened, migrated and used by the role that owns it', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'plugboard-external-'));
    try {
      const databaseUrl = urlOf(database.owner, database.owner.user ?? '');
      await using store = await openStore({ dataDir, databaseUrl, log: silentLog });
      expect(store.kind).toBe('external');
      expect(await store.db.selectFrom('organizations').select('id').execute()).toEqual([]);
      await expect(openStore({ dataDir, databaseUrl, log: silentLog })).rejects.toMatchObject({
        code: 'locked',
      });
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('is refused to a role that can bypass row-level security, with the cure', async () => {
    const roles = [database.superuser.user ?? '', `${role}_bypass`, `${role}_member`];
    for (const user of roles) {
      await expect(connect(urlOf(database.superuser, user)), user).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('CREATE ROLE plugboard LOGIN'),
      });
    }
  });

  it('is refused to a role that may not create tables, with the cure', async () => {
    await expect(connect(urlOf(database.superuser, role))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(`GRANT CREATE, USAGE ON SCHEMA public TO "${role}"`),
    });
  });

  it('is refused without a schema for jobs or the extension for searching, with the cures', async () => {
    const { superuser } = database;
    const url = urlOf(superuser, role);
    const refusal = (cure: string) => ({
      code: 'invalid_input',
      message: expect.stringContaining(cure),
    });
    const run = (statement: string) => asRole(superuser, (client) => client.query(statement));
    await run(`drop schema if exists pgboss cascade; drop extension if exists pg_trgm cascade;
      grant create, usage on schema public to ${role}`);
    await expect(connect(url)).rejects.toMatchObject(
      refusal(`CREATE SCHEMA pgboss AUTHORIZATION "${role}"`),
    );
    await run(`create schema pgboss authorization ${role}`);
    await expect(connect(url)).rejects.toMatchObject(refusal('CREATE EXTENSION pg_trgm'));
    await run('create extension pg_trgm with schema public');
    const dataDir = await mkdtemp(path.join(tmpdir(), 'plugboard-external-'));
    try {
      await run(`drop schema public cascade; create schema public; drop extension if exists pg_trgm;
        create extension pg_trgm with schema public; grant create, usage on schema public to ${role}`);
      await using store = await openStore({ dataDir, databaseUrl: url, log: silentLog });
      expect(store.kind).toBe('external');
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('is refused when there is no such role or database', async () => {
    await expect(connect(urlOf(database.superuser, 'nobody_here'))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(connect(urlOf(database.owner, role, 'nowhere'))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('CREATE DATABASE'),
    });
  });

  it('is waited for, and its password never shown', async () => {
    const heard: string[] = [];
    const began = performance.now();
    const databaseUrl = 'postgresql://someone:hunter2@127.0.0.1:1/plugboard';
    const waiting = connectExternal({
      databaseUrl,
      log: silentLog,
      waitMs: 700,
      onProgress: (message) => heard.push(message),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await expect(waiting).rejects.not.toThrow('hunter2');
    // Told at once and every five seconds, not with each of the attempts.
    expect(heard.length).toBeLessThanOrEqual(1 + (performance.now() - began) / 5000);
    expect(heard[0]).toMatch(/^Waiting for the database at 127\.0\.0\.1:1\/plugboard \(\d+ s\)$/);
  });

  it('is refused when the URL is none', async () => {
    for (const databaseUrl of ['localhost', 'mysql://localhost/x', 'http://hunter2@x']) {
      await expect(connect(databaseUrl)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.not.stringContaining('hunter2'),
      });
    }
  });
});
