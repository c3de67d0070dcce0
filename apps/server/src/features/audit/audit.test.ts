import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { newId } from '@plugboard/contracts';
import type { CallOutcome } from '@plugboard/gateway';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { silentLog } from '../../store/testing/database-server.ts';
import {
  asRole,
  buildOrganization,
  createTestDatabase,
  type TestDatabase,
} from '../../store/testing/test-database.ts';
import { withTenant } from '../../store/tenant.ts';
import { appendWithin } from './append-within.ts';
import { type AuditService, openAuditService } from './audit-service.ts';
import { exportAudit } from './export.ts';
import { GroupCommit } from './group-commit.ts';
import { listAudit } from './list.ts';
import { verifyAudit } from './verify.ts';
import { verifyExport } from './verify-export.ts';

const key = randomBytes(32);
let database: TestDatabase;
let dataDir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(path.join(tmpdir(), 'plugboard-audit-'));
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

function buildOutcome(facts: Partial<CallOutcome> = {}): CallOutcome {
  return {
    kind: 'call.outcome',
    at: Date.now(),
    callId: newId(),
    agentId: newId(),
    tokenId: newId(),
    method: 'tools/call',
    outcome: 'ok',
    durationMs: 1.5,
    ...facts,
  };
}

function openService(): Promise<AuditService> {
  const { db, connection } = database;
  return openAuditService({ db, connection, dataDir, key, log: silentLog });
}

async function buildLog(records: number): Promise<string> {
  const organizationId = await buildOrganization(database.db);
  await using service = await openService();
  const outcomes = Array.from({ length: records }, () => buildOutcome());
  await Promise.all(outcomes.map((outcome) => service.append(organizationId, outcome)));
  return organizationId;
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

const verify = (organizationId: string) =>
  verifyAudit({ db: database.db, dataDir, key }, organizationId);

describe('appending', () => {
  it('keeps what was appended, in order, byte for byte, chained and verifiable', async () => {
    const organizationId = await buildOrganization(database.db);
    const records = Array.from({ length: 1200 }, (_, n) =>
      buildOutcome({ offering: `odd "name" \\ \n \u2028 ${n} 🔌 \ud800` }),
    );
    await using service = await openService();
    await Promise.all(records.map((record) => service.append(organizationId, record)));
    const { entries } = await listAudit(database.db, organizationId, { limit: 1000 });
    expect(entries.map((entry) => entry.seq)).toEqual(
      Array.from({ length: 1000 }, (_, n) => 1200 - n),
    );
    expect(entries[0]?.record).toBe(JSON.stringify(records.at(-1)));
    expect(await verify(organizationId)).toMatchObject({ records: 1200, fault: undefined });
  });

  it('keeps the chains of several organizations apart in one flush', async () => {
    const organizations = await Promise.all(
      Array.from({ length: 5 }, () => buildOrganization(database.db)),
    );
    await using service = await openService();
    await Promise.all(
      Array.from({ length: 500 }, (_, n) =>
        service.append(organizations[n % 5] ?? '', buildOutcome()),
      ),
    );
    for (const organizationId of organizations) {
      expect(await verify(organizationId)).toMatchObject({ records: 100, fault: undefined });
    }
  });

  it('fails only the record at fault of a flush', async () => {
    const organizationId = await buildOrganization(database.db);
    await using service = await openService();
    const results = await Promise.allSettled([
      ...Array.from({ length: 7 }, () => service.append(organizationId, buildOutcome())),
      service.append(organizationId, buildOutcome({ callId: 'not a uuid' })),
      service.append(newId(), buildOutcome()),
      ...Array.from({ length: 7 }, () => service.append(organizationId, buildOutcome())),
    ]);
    expect(
      results.map(({ status }) => status).filter((status) => status === 'rejected'),
    ).toHaveLength(2);
    expect(results[7]).toMatchObject({ reason: { code: 'unavailable' } });
    expect(results[8]).toMatchObject({ reason: { code: 'unavailable' } });
    expect(await verify(organizationId)).toMatchObject({ records: 14, fault: undefined });
  });

  it('lets two nodes write one chain at once', async () => {
    const organizationId = await buildOrganization(database.db);
    const { connection } = database;
    await using one = new GroupCommit({ connection, log: silentLog });
    await using two = new GroupCommit({ connection, log: silentLog });
    await Promise.all(
      Array.from({ length: 400 }, (_, n) =>
        (n % 2 ? one : two).append(organizationId, buildOutcome()),
      ),
    );
    expect(await verify(organizationId)).toMatchObject({ records: 400, fault: undefined });
  });

  it('records a change with the change, or neither', async () => {
    const organizationId = await buildOrganization(database.db);
    const change = { kind: 'agent.created', at: Date.now(), change: { slug: 'a' } } as const;
    await withTenant(database.db, organizationId, (tx) => appendWithin(tx, organizationId, change));
    await expect(
      withTenant(database.db, organizationId, async (tx) => {
        await appendWithin(tx, organizationId, change);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await verify(organizationId)).toMatchObject({ records: 1, fault: undefined });
  });

  it('does not let a transaction append to the chain of another organization', async () => {
    const [mine, other] = [await buildOrganization(database.db), await buildLog(1)];
    const change = { kind: 'agent.created', at: Date.now(), change: {} } as const;
    await expect(
      withTenant(database.db, mine, (tx) => appendWithin(tx, other, change)),
    ).rejects.toThrow('another organization');
  });

  it('refuses more than its queue holds, and writes the rest', async () => {
    const organizationId = await buildOrganization(database.db);
    await using commits = new GroupCommit({
      connection: database.connection,
      log: silentLog,
      queueLimit: 10,
    });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, () => commits.append(organizationId, buildOutcome())),
    );
    expect(results.slice(0, 10).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(results[11]).toMatchObject({ reason: { code: 'unavailable', retryAfterMs: 1000 } });
  });

  it('rejects what was in flight when its connection is cut, comes back, and loses nothing', async () => {
    const organizationId = await buildOrganization(database.db);
    await using commits = new GroupCommit({ connection: database.connection, log: silentLog });
    let acknowledged = 0;
    let refused = 0;
    const writers = Array.from({ length: 20 }, async () => {
      for (let n = 0; n < 50; n += 1) {
        await commits.append(organizationId, buildOutcome()).then(
          () => (acknowledged += 1),
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'unavailable' });
            refused += 1;
          },
        );
      }
    });
    for (let n = 0; n < 5; n += 1) {
      await asRole(database.superuser, (client) =>
        client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plugboard audit' and datname = current_database()",
        ),
      );
    }
    await Promise.all(writers);
    const { records, fault } = await verify(organizationId);
    expect(fault).toBeUndefined();
    expect(acknowledged + refused).toBe(1000);
    expect(records).toBeGreaterThanOrEqual(acknowledged);
  });
});

describe('verification', () => {
  let organizationId: string;
  beforeEach(async () => {
    organizationId = await buildLog(10);
  });

  /** As an attacker who owns the database: no triggers, no row-level security. */
  async function tamper(...statements: readonly string[]): Promise<void> {
    await asRole(database.superuser, async (client) => {
      await client.query('set session_replication_role = replica');
      for (const statement of statements) {
        await client.query(statement.replaceAll(':org', `'${organizationId}'`));
      }
    });
  }

  const at = (seq: number) => `organization_id = :org and seq = ${seq}`;
  const rehash = `
    do $$ declare h bytea; r record; begin
      h := sha256(convert_to('plugboard audit ' || :org, 'UTF8'));
      for r in select seq, record from audit_records where organization_id = :org order by seq loop
        h := sha256(h || convert_to(r.record, 'UTF8'));
        update audit_records set hash = h where organization_id = :org and seq = r.seq;
      end loop;
      update audit_heads set hash = h, seq = (select max(seq) from audit_records where organization_id = :org)
        where organization_id = :org;
    end $$`;
  const swap = (a: number, b: number) => [
    `update audit_records set seq = -1 where ${at(a)}`,
    `update audit_records set seq = ${a} where ${at(b)}`,
    `update audit_records set seq = ${b} where ${at(-1)}`,
  ];

  it('passes a log that nobody touched', async () => {
    expect(await verify(organizationId)).toEqual({ records: 10, sealedTo: 10, fault: undefined });
  });

  it('passes an empty log', async () => {
    const empty = await buildOrganization(database.db);
    expect(await verify(empty)).toEqual({ records: 0, sealedTo: 0, fault: undefined });
  });

  const record = (seq: number) =>
    `update audit_records set record = replace(record, '"ok"', '"no"') where ${at(seq)}`;
  const cut = (from: number) =>
    `delete from audit_records where organization_id = :org and seq >= ${from}`;
  const head = (seq: number) =>
    `update audit_heads set seq = ${seq}, hash = (select hash from audit_records where ${at(seq)}) where organization_id = :org`;
  const noMarks = 'delete from audit_checkpoints where organization_id = :org';

  it.each([
    ['an edited first record', [record(1)], 'edited', 1],
    ['an edited record in the middle', [record(5)], 'edited', 5],
    ['an edited last record', [record(10)], 'edited', 10],
    [
      'one white space more',
      [`update audit_records set record = record || ' ' where ${at(4)}`],
      'edited',
      4,
    ],
    ['an edited hash', [`update audit_records set hash = sha256('x') where ${at(5)}`], 'edited', 5],
    [
      'an edited record with its hash',
      [
        record(5),
        `update audit_records set hash = sha256((select hash from audit_records where ${at(4)}) || convert_to(record, 'UTF8')) where ${at(5)}`,
      ],
      'edited',
      6,
    ],
    [
      'an edited record and the whole chain computed anew',
      [record(5), rehash],
      'checkpoint_mismatch',
      10,
    ],
    [
      'that, with the marks of the database deleted',
      [record(5), rehash, noMarks],
      'checkpoint_mismatch',
      10,
    ],
    ['a deleted first record', [`delete from audit_records where ${at(1)}`], 'missing', 1],
    ['a deleted record in the middle', [`delete from audit_records where ${at(5)}`], 'missing', 5],
    [
      'a deleted record with the rest moved up',
      [
        `delete from audit_records where ${at(5)}`,
        ...[6, 7, 8, 9, 10].map(
          (seq) => `update audit_records set seq = ${seq - 1} where ${at(seq)}`,
        ),
      ],
      'edited',
      5,
    ],
    ['a cut tail', [cut(9)], 'missing', 9],
    ['a cut tail with the head edited', [cut(9), head(8)], 'missing', 9],
    ['that, with the marks of the database deleted', [cut(9), head(8), noMarks], 'missing', 9],
    [
      'the whole log deleted',
      [cut(1), noMarks, 'delete from audit_heads where organization_id = :org'],
      'missing',
      1,
    ],
    [
      'a deleted head',
      ['delete from audit_heads where organization_id = :org'],
      'head_mismatch',
      11,
    ],
    [
      'an edited head',
      ['update audit_heads set hash = sha256(hash) where organization_id = :org'],
      'head_mismatch',
      11,
    ],
    ['two records swapped', swap(4, 5), 'reordered', 4],
    ['two distant records swapped', swap(2, 9), 'reordered', 2],
    [
      'an inserted record at the end',
      [
        `insert into audit_records select organization_id, 11, at, kind, call_id, agent_id, instance_id, record, sha256(hash || convert_to(record, 'UTF8')) from audit_records where ${at(10)}`,
      ],
      'head_mismatch',
      12,
    ],
    [
      'an inserted record before the first',
      [
        `insert into audit_records select organization_id, 0, at, kind, call_id, agent_id, instance_id, record, hash from audit_records where ${at(1)}`,
      ],
      'edited',
      0,
    ],
    [
      'an edited column: agent',
      [`update audit_records set agent_id = gen_random_uuid() where ${at(3)}`],
      'columns_disagree',
      3,
    ],
    [
      'an edited column: time',
      [`update audit_records set at = at + interval '1 second' where ${at(3)}`],
      'columns_disagree',
      3,
    ],
    [
      'an edited column: kind',
      [`update audit_records set kind = 'call.intent' where ${at(3)}`],
      'columns_disagree',
      3,
    ],
    [
      'a forged mark',
      [
        `insert into audit_checkpoints select organization_id, 5, hash, sha256('x') from audit_records where ${at(5)}`,
      ],
      'checkpoint_forged',
      5,
    ],
    [
      'a mark moved along the chain',
      [
        `delete from audit_checkpoints where organization_id = :org and seq < 10`,
        `update audit_checkpoints set seq = 7, hash = (select hash from audit_records where ${at(7)}) where organization_id = :org`,
      ],
      'checkpoint_forged',
      7,
    ],
  ] as const)('finds %s', async (_name, statements, kind, seq) => {
    await tamper(...statements);
    expect((await verify(organizationId)).fault).toMatchObject({ kind, seq });
  });

  it('finds a record copied from another organization', async () => {
    const other = await buildLog(10);
    await tamper(
      `delete from audit_records where ${at(5)}`,
      `update audit_records set organization_id = :org where organization_id = '${other}' and seq = 5`,
    );
    expect((await verify(organizationId)).fault).toMatchObject({ kind: 'edited', seq: 5 });
    expect((await verify(other)).fault).toMatchObject({ kind: 'missing', seq: 5 });
    expect((await verify(await buildLog(3))).fault).toBeUndefined();
  });

  it('finds a whole log taken from another organization, marks and all', async () => {
    const other = await buildLog(10);
    await tamper(
      ...['audit_checkpoints', 'audit_records', 'audit_heads'].flatMap((table) => [
        `delete from ${table} where organization_id = :org`,
        `update ${table} set organization_id = :org where organization_id = '${other}'`,
      ]),
    );
    expect((await verify(organizationId)).fault).toMatchObject({ kind: 'edited', seq: 1 });
  });

  it('finds a forged or damaged checkpoint file', async () => {
    const file = path.join(dataDir, 'audit', `checkpoint-${organizationId}.json`);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"seq":10', '"seq":9'));
    expect((await verify(organizationId)).fault).toMatchObject({
      kind: 'checkpoint_forged',
      seq: 9,
    });
    await writeFile(file, 'x');
    expect((await verify(organizationId)).fault).toMatchObject({ kind: 'checkpoint_forged' });
  });

  it('still finds a cut tail after the log has grown past it', async () => {
    await tamper(cut(9), head(8), noMarks);
    {
      await using service = await openService();
      for (let n = 0; n < 6; n += 1) await service.append(organizationId, buildOutcome());
    }
    expect((await verify(organizationId)).fault).toMatchObject({
      kind: 'checkpoint_mismatch',
      seq: 10,
    });
  });

  it('is not deceived by the role that serves requests: it may not change the log', async () => {
    for (const statement of [
      `update audit_records set kind = 'x'`,
      'delete from audit_records',
      'truncate audit_records',
      'delete from audit_checkpoints',
    ]) {
      await expect(
        asRole(database.connection, async (client) => {
          await client.query(`set plugboard.organization_id = '${organizationId}'`);
          await client.query(statement);
        }),
      ).rejects.toMatchObject({ code: '42501' });
    }
    expect(await verify(organizationId)).toMatchObject({ records: 10, fault: undefined });
  });
});

describe('listing', () => {
  it('filters and pages, newest first', async () => {
    const organizationId = await buildOrganization(database.db);
    const [agentId, instanceId] = [newId(), newId()];
    const start = Date.now() - 3_600_000 * 50;
    await using service = await openService();
    for (let n = 0; n < 50; n += 1) {
      await service.append(
        organizationId,
        buildOutcome({
          at: start + n * 3_600_000,
          ...(n % 2 === 0 && { agentId }),
          ...(n % 5 === 0 && { instanceId }),
          outcome: n % 10 === 0 ? 'refused' : 'ok',
        }),
      );
    }
    await withTenant(database.db, organizationId, (tx) =>
      appendWithin(tx, organizationId, { kind: 'grant.created', at: Date.now(), change: {} }),
    );
    const list = async (filter: Parameters<typeof listAudit>[2]) =>
      (await listAudit(database.db, organizationId, filter)).entries.map(({ seq }) => seq);

    expect(await list({ agentId })).toHaveLength(25);
    expect(await list({ instanceId, outcome: 'refused' })).toEqual([41, 31, 21, 11, 1]);
    expect(await list({ kind: 'grant.*' })).toEqual([51]);
    expect(await list({ kind: 'call.outcome', since: start + 48 * 3_600_000 })).toEqual([50, 49]);
    expect(await list({ until: start + 2 * 3_600_000 })).toEqual([2, 1]);

    const first = await listAudit(database.db, organizationId, { limit: 30 });
    const second = await listAudit(database.db, organizationId, { limit: 30, before: first.next });
    expect([...first.entries, ...second.entries].map(({ seq }) => seq)).toEqual(
      Array.from({ length: 51 }, (_, n) => 51 - n),
    );
    expect(second.next).toBeUndefined();
  });

  it('shows nothing of another organization', async () => {
    await buildLog(3);
    const other = await buildOrganization(database.db);
    expect((await listAudit(database.db, other)).entries).toEqual([]);
  });
});

describe('export', () => {
  it('can be verified by anyone, and with the key its mark too', async () => {
    const organizationId = await buildLog(1100);
    const lines = await collect(exportAudit(database.db, organizationId));
    expect(lines).toHaveLength(1101);
    expect(await verifyExport(lines)).toMatchObject({
      records: 1100,
      sealedTo: 0,
      fault: undefined,
    });
    expect(await verifyExport(lines, key)).toMatchObject({ sealedTo: 1100, fault: undefined });
    expect((await verifyExport(lines, randomBytes(32))).fault).toBe(
      'line 1: the signed mark is forged',
    );
  });

  it('shows an edit, a gap, a swap, a cut and text that is no export', async () => {
    const lines = await collect(exportAudit(database.db, await buildLog(6)));
    const faultOf = async (changed: readonly string[]) => (await verifyExport(changed)).fault;
    expect(
      await faultOf(lines.with(3, (lines[3] ?? '').replace('tools/call', 'tools/list'))),
    ).toContain('line 4');
    expect(await faultOf(lines.toSpliced(3, 1))).toContain('line 4: record 3 belongs here');
    expect(await faultOf(lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''))).toContain(
      'line 3',
    );
    expect(await faultOf(lines.slice(0, -1))).toContain('ends at record 6');
    expect(await faultOf(lines.slice(1))).toContain('not the beginning');
    expect(await faultOf([])).toContain('not the beginning');
  });
});
