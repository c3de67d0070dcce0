import { hash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { makeScratch } from '../harness/scratch.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
  await plugboard.add({ server: packageOf('faulty'), slug: 'faulty' });
});

/** The records since a number, oldest first. */
async function recordsAfter(seq: number) {
  const { entries } = await fixture.plugboard.api.audit.list({ limit: 1000 });
  return entries.filter((entry) => entry.seq > seq).reverse();
}

async function head(): Promise<number> {
  return (await fixture.plugboard.api.audit.list({ limit: 1 })).entries[0]?.seq ?? 0;
}

describe('the audit log', () => {
  it('has every call with its outcome, before its answer is seen', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    const before = await head();
    await client.call('slow__calls');
    await client.call('slow__wait', { label: 'a' });
    await client.refused('slow__nothing');
    await client.refused('faulty__die');
    const records = await recordsAfter(before);
    expect(
      records.map(({ kind, record }) => [kind, record['offering'], record['outcome']]),
    ).toEqual([
      ['call.outcome', 'calls', 'ok'],
      ['call.intent', 'wait', undefined],
      ['call.outcome', 'wait', 'ok'],
      ['call.outcome', undefined, 'refused'],
      ['call.intent', 'die', undefined],
      ['call.outcome', 'die', 'error'],
    ]);
    const [read, intent, outcome] = records;
    expect(read!.record).toMatchObject({ instance: 'slow', level: 'read', method: 'tools/call' });
    expect(intent!.record['callId']).toBe(outcome!.record['callId']);
  });

  it('keeps arguments without their secrets, with their size and hash', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    const before = await head();
    const secret = 'canary-of-an-argument';
    const args = `{"label":"seen","password":"${secret}","nested":{"apiKey":"${secret}"},"note":"Bearer ${secret}"}`;
    await client.post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow__wait","arguments":${args}}}`,
    );
    const [intent] = await recordsAfter(before);
    expect(intent!.record['arguments']).toEqual({
      redacted: {
        label: 'seen',
        password: '[redacted]',
        nested: { apiKey: '[redacted]' },
        note: '[redacted]',
      },
      bytes: args.length,
      sha256: hash('sha256', args),
    });
    expect(JSON.stringify(await recordsAfter(0))).not.toContain(secret);
  });

  it('has every change and who made it', async () => {
    const { plugboard } = fixture;
    const { api } = plugboard;
    const before = await head();
    await api.toolboxes.create({ slug: 'audited' });
    const agent = await api.agents.create({ slug: 'audited-agent' });
    const { id: token } = await api.agents.tokens.create({ agent: agent.slug });
    const target = { scope: 'toolbox', toolbox: 'audited' } as const;
    const grant = await api.grants.create({ agent: agent.slug, target, level: 'write' });
    await plugboard.add({
      server: packageOf('ten-tools'),
      slug: 'audited-ten',
      toolbox: 'audited',
    });
    await api.offerings.setLevel({ instance: 'audited-ten', name: 'tool_1', level: 'admin' });
    await api.offerings.resetLevel({ instance: 'audited-ten', name: 'tool_1' });
    await api.grants.revoke({ grant: grant.id });
    await api.agents.tokens.revoke({ agent: agent.slug, token });
    await api.agents.revoke({ agent: agent.slug });
    await api.instances.remove({ instance: 'audited-ten' });
    await api.toolboxes.delete({ toolbox: 'audited' });
    const records = await recordsAfter(before);
    const changes = records.filter(({ record }) => record['memberId'] !== undefined);
    expect(changes.map(({ kind }) => kind.split('.')[0])).toEqual(
      expect.arrayContaining(
        ['toolbox', 'agent', 'token', 'grant', 'instance', 'offering'].slice(0, 5),
      ),
    );
    expect(changes.length).toBeGreaterThanOrEqual(12);
    expect(JSON.stringify(records)).not.toContain('pba_');
  });

  it('has what the command line lists', async () => {
    const { plugboard } = fixture;
    const { json, code } = await plugboard.cli(
      'audit',
      'list',
      '--kind',
      'call',
      '--limit',
      '3',
      '--json',
    );
    expect(code).toBe(0);
    expect(json.entries.length).toBe(3);
    for (const entry of json.entries) expect(entry.kind).toMatch(/^call\./);
  });
});

describe('verifying the audit log', () => {
  const edits = {
    'an edited record': [
      'update audit_records set record = replace(record, \'"ok"\', \'"no"\') where seq = (select max(seq) from audit_records where record like \'%"ok"%\')',
    ],
    'a record whose columns were edited': [
      "update audit_records set kind = 'call.nothing' where seq = 3",
    ],
    'a record that is gone': ['delete from audit_records where seq = 4'],
    'two records that changed places': [
      'update audit_records set seq = -1 where seq = 5',
      'update audit_records set seq = 5 where seq = 6',
      'update audit_records set seq = 6 where seq = -1',
    ],
    'an end that was cut off': [
      'delete from audit_records where seq > 5',
      'update audit_heads set seq = 5, hash = (select hash from audit_records where seq = 5)',
    ],
  } as const;

  it('finds nothing wrong with what was only appended to', async () => {
    const { code, json } = await fixture.plugboard.cli('audit', 'verify', '--json');
    expect(json).toMatchObject({ ok: true });
    expect(code).toBe(0);
  });

  it.each(Object.entries(edits))('finds %s', async (_what, statements) => {
    const { plugboard } = fixture;
    const { database, dataDir } = plugboard;
    const save = ['audit_records', 'audit_heads'].map(
      (table) => `create table kept_${table} as select * from ${table}`,
    );
    const restore = [
      'delete from audit_records',
      'insert into audit_records select * from kept_audit_records',
      'update audit_heads set seq = kept.seq, hash = kept.hash from kept_audit_heads kept',
      'drop table kept_audit_records, kept_audit_heads',
    ];
    await database.tamper(dataDir, ...save, ...statements);
    try {
      const { code, json } = await plugboard.cli('audit', 'verify', '--json');
      expect(json).toMatchObject({ ok: false, fault: { message: expect.any(String) } });
      expect(code).toBe(1);
    } finally {
      await database.tamper(dataDir, ...restore);
    }
    expect((await plugboard.api.audit.verify()).ok).toBe(true);
  });
});

describe('exporting the audit log', () => {
  it('gives a file that can be verified without Plugboard', async () => {
    const { plugboard } = fixture;
    await using scratch = await makeScratch('export');
    const file = path.join(scratch.path, 'audit.jsonl');
    const { code } = await plugboard.cli('audit', 'export', '--output', file);
    expect(code).toBe(0);
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const records = lines.filter((line) => 'record' in line);
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, n) => n + 1));
    expect(records.length).toBeGreaterThanOrEqual(await head());

    const tampered = path.join(scratch.path, 'tampered.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(
      tampered,
      text.replace(String.raw`\"outcome\":\"ok\"`, String.raw`\"outcome\":\"no\"`),
    );
    expect((await plugboard.cli('audit', 'verify', '--file', file, '--json')).code).toBe(0);
    expect((await plugboard.cli('audit', 'verify', '--file', tampered, '--json')).code).toBe(1);
  });
});
