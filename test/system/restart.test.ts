import { describe, expect, it } from 'vitest';

import { eventually, within } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { expectNothingLeft, type Plugboard } from '../harness/plugboard.ts';
import { kill, treeOf } from '../harness/processes.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
  await plugboard.add({ server: packageOf('stubborn'), slug: 'stubborn' });
});

/** Makes calls from many clients until told to stop; keeps what was answered. */
function callAlong(plugboard: Plugboard, clients: readonly RawClient[]) {
  const acknowledged: string[] = [];
  const failures: string[] = [];
  const run = { going: true };
  let next = 0;
  const work = clients.map(async (client) => {
    while (run.going) {
      const label = `call-${(next += 1)}-${plugboard.pid}`;
      try {
        const params = { name: 'slow__wait', arguments: { label } };
        const { message } = await client.request('tools/call', params);
        if (message.result) acknowledged.push(label);
        else failures.push(message.error?.data?.code ?? message.error?.message ?? 'nothing');
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        if (!run.going) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  });
  return {
    acknowledged,
    failures,
    async stop() {
      run.going = false;
      await Promise.all(work);
    },
  };
}

/** Labels of all calls that the audit log has an outcome for, read page by page. */
async function recorded(plugboard: Plugboard): Promise<Set<string>> {
  const labels = new Map<string, string>();
  const done = new Set<string>();
  for (let before: number | undefined; ;) {
    const page = await plugboard.api.audit.list({
      limit: 1000,
      kind: 'call',
      ...(before !== undefined && { before }),
    });
    for (const { record } of page.entries) {
      const callId = String(record['callId']);
      if (record['outcome'] === 'ok') done.add(callId);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the form of RecordedArguments
      const kept = record['arguments'] as { redacted?: { label?: string } } | undefined;
      if (kept?.redacted?.label) labels.set(callId, kept.redacted.label);
    }
    if (page.next === undefined) break;
    before = page.next;
  }
  return new Set([...done].map((callId) => labels.get(callId) ?? ''));
}

async function openClients(plugboard: Plugboard, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => plugboard.client(plugboard.demoToken)));
}

describe('kill -9 of Plugboard during calls', () => {
  it('leaves no process, loses no acknowledged call, and sessions go on', async () => {
    const { plugboard } = fixture;
    const clients = await openClients(plugboard, 8);
    expect(await clients[0]!.say('stubborn__fork', { count: 2 })).toBe('forked 2');
    const calls = callAlong(plugboard, clients);
    await eventually('500 calls were answered', () => calls.acknowledged.length >= 500, 60_000);
    await plugboard.kill9();
    await calls.stop();
    await expectNothingLeft(plugboard.dataDir);

    await plugboard.start();
    const log = await recorded(plugboard);
    expect(calls.acknowledged.filter((label) => !log.has(label))).toEqual([]);
    expect(await plugboard.api.audit.verify()).toMatchObject({ ok: true });
    const [client] = clients;
    expect(await client!.say('slow__wait', { label: 'after' })).toBe('waited after');
    await using stream = await client!.listen();
    expect(stream.status).toBe(200);
    expect(await client!.toolNames()).toContain('slow__wait');
  });
});

describe('kill -9 of the database during calls', () => {
  it('loses no acknowledged call, answers retryably, and resumes by itself', async ({ skip }) => {
    const { plugboard } = fixture;
    skip(plugboard.database.url !== undefined, 'the database is not ours to kill');
    const clients = await openClients(plugboard, 8);
    const calls = callAlong(plugboard, clients);
    await eventually('200 calls were answered', () => calls.acknowledged.length >= 200, 60_000);
    for (let kills = 0; kills < 3; kills += 1) {
      const answered = calls.acknowledged.length;
      const postmaster = await eventually('the database ran', () => postmasterOf(plugboard));
      process.kill(postmaster, 'SIGKILL');
      await eventually(
        'calls were answered again',
        () => calls.acknowledged.length >= answered + 200,
        60_000,
      );
    }
    await eventually('1,000 calls were answered', () => calls.acknowledged.length >= 1000, 60_000);
    await calls.stop();
    expect(new Set(calls.failures)).toEqual(new Set(calls.failures.length ? ['unavailable'] : []));
    const log = await recorded(plugboard);
    expect(calls.acknowledged.filter((label) => !log.has(label))).toEqual([]);
    expect(await plugboard.api.audit.verify()).toMatchObject({ ok: true });
  });
});

describe('kill -9 of a server during calls', () => {
  it('costs the calls that were with it, and no others', async () => {
    const { plugboard } = fixture;
    const clients = await openClients(plugboard, 8);
    const calls = callAlong(plugboard, clients);
    await eventually('200 calls were answered', () => calls.acknowledged.length >= 200, 60_000);
    for (const { pid, command } of treeOf(plugboard.pid)) {
      if (command.includes('plugboard-fixture-slow')) kill(pid);
    }
    const answered = calls.acknowledged.length;
    await eventually(
      'calls were answered again',
      () => calls.acknowledged.length >= answered + 200,
      60_000,
    );
    await calls.stop();
    for (const failure of calls.failures)
      expect(['upstream_failed', 'unavailable']).toContain(failure);
    expect(calls.failures.length).toBeLessThanOrEqual(16);
  });
});

describe('stopping', () => {
  it('ends all that it started, within its patience, and starts again on the same data', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    await client.call('stubborn__fork', { count: 2 });
    await using stream = await client.listen();
    expect(await within('it stopped', plugboard.stop())).toBe(0);
    await expectNothingLeft(plugboard.dataDir);
    await eventually('the stream had ended', () => stream.ended);
    await plugboard.start();
    expect(await client.say('slow__wait', { label: 'again' })).toBe('waited again');
  });
});

function postmasterOf(plugboard: Plugboard): number | undefined {
  return treeOf(plugboard.pid).find(({ command }) => /\bpostgres\b.* -D /.test(command))?.pid;
}
