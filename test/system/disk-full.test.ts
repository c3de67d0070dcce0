import { execFile } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { startPlugboard } from '../harness/plugboard.ts';
import { makeScratch } from '../harness/scratch.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

const run = promisify(execFile);

describe('a full disk', () => {
  it('costs no acknowledged call, is told as such, and is over when there is room again', async ({
    skip,
  }) => {
    await using scratch = await makeScratch('disk');
    const disk = path.join(scratch.path, 'disk');
    await mkdir(disk);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', disk]);
    } catch (error) {
      skip(`cannot mount a small disk: ${String(error)}`);
    }
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => {
      await run('umount', ['-l', disk]);
    });
    const registry = undo.use(await startRegistry());
    const dataDir = path.join(disk, 'data');
    const plugboard = undo.use(await startPlugboard({ dataDir, registry: registry.url }));
    await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
    const client = await plugboard.client(plugboard.demoToken);
    await client.call('slow__wait', { label: 'before' });

    const { bavail, bsize } = await statfs(disk);
    const filler = path.join(disk, 'filler');
    await writeFile(filler, Buffer.alloc(bavail * bsize)).catch(() => undefined);
    if (process.env['PLUGBOARD_TEST_DATABASE'] === 'external') {
      // The database lies elsewhere, so calls and their records go on.
      await client.call('slow__wait', { label: 'full' });
      expect(await plugboard.api.audit.verify()).toMatchObject({ ok: true });
      return;
    }
    const acknowledged: string[] = ['before'];
    const failures = new Set<string>();
    await eventually(
      'a call failed for want of room',
      async () => {
        const label = `full-${acknowledged.length}-${'x'.repeat(150)}`;
        const { message } = await client.request('tools/call', {
          name: 'slow__wait',
          arguments: { label, more: Array(20).fill('y'.repeat(180)) },
        });
        if (message.result) acknowledged.push(label);
        else failures.add(String(message.error?.data?.code));
        return failures.size > 0;
      },
      90_000,
    );
    expect([...failures].every((code) => ['storage_full', 'unavailable'].includes(code))).toBe(
      true,
    );

    await rm(filler);
    await eventually(
      'calls were answered again',
      async () => {
        const { message } = await client.request('tools/call', {
          name: 'slow__wait',
          arguments: { label: 'after' },
        });
        return message.result !== undefined;
      },
      60_000,
    );
    expect(await plugboard.api.audit.verify()).toMatchObject({ ok: true });
    const seen = new Set<string>();
    for (let before: number | undefined; ;) {
      const page = await plugboard.api.audit.list({
        kind: 'call.intent',
        limit: 1000,
        ...(before !== undefined && { before }),
      });
      for (const { record } of page.entries) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the form of RecordedArguments
        const kept = record['arguments'] as { redacted?: { label?: string } } | undefined;
        if (kept?.redacted?.label) seen.add(kept.redacted.label);
      }
      if (page.next === undefined) break;
      before = page.next;
    }
    expect(acknowledged.filter((label) => !seen.has(label))).toEqual([]);
  });
});
