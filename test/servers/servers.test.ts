import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { makeScratch } from '../harness/scratch.ts';
import { type KnownServer, knownServers } from './known-servers.ts';

const fixture = plugboardForFile({}, async ({ plugboard, registry }) => {
  registry.passesOn = true;
  await plugboard.api.toolboxes.create({ slug: 'known' });
});

interface Row {
  readonly server: string;
  readonly tools?: number;
  readonly era?: string | undefined;
  readonly 'add s'?: string;
  readonly 'restart ms'?: number;
  readonly 'memory MB'?: number;
  readonly call?: string | undefined;
  readonly failed?: string;
}

const rows: Row[] = [];
afterAll(() => console.table(rows));

/** Adds a server, lists it as an agent, calls it, wakes it from rest, and removes it. */
async function tryServer(known: KnownServer): Promise<void> {
  const { plugboard } = fixture;
  const { api } = plugboard;
  const { server, args, secrets, memoryMb } = known;
  const slug = `known-${known.slug}`;
  await using shown = await makeScratch('shown');
  await chmod(shown.path, 0o755);
  const env = { ...known.env };
  if (known.file) {
    const file = path.join(shown.path, 'file');
    await writeFile(file, known.file.content);
    env[known.file.variable] = file;
  }
  const begun = performance.now();
  await plugboard.add({
    server,
    slug,
    toolbox: 'known',
    limits: { memoryMb: memoryMb ?? 512, pids: 256, cpus: 2 },
    startTimeoutMs: 60_000,
    ...(args && { args: [...args] }),
    env,
    ...(known.file && { mounts: [{ path: shown.path, writable: false }] }),
    ...(secrets && { secrets }),
  });
  const added = performance.now() - begun;
  const token = await plugboard.agent(`of-${slug}`, { [slug]: 'execute' });
  const client = await plugboard.client(token, `/known/${slug}`);
  const names = await client.toolNames();
  const answer = known.call && (await client.say(known.call.name, known.call.arguments));
  const { state, era } = await api.instances.get({ instance: slug });
  const ofModern = await modernToolNames(`${plugboard.mcpUrl}/known/${slug}`, token);
  const restarting = performance.now();
  await api.instances.restart({ instance: slug });
  const startMs = performance.now() - restarting;
  await api.instances.remove({ instance: slug });
  rows.push({
    server,
    tools: names.length,
    era,
    'add s': (added / 1000).toFixed(1),
    'restart ms': Math.round(startMs),
    ...(state.memoryBytes !== undefined && {
      'memory MB': Math.round(state.memoryBytes / 2 ** 20),
    }),
    ...(answer !== undefined && { call: known.call?.name }),
  });
  if (known.call) expect(answer).toMatch(known.call.answers);
  expect(names.length).toBe(known.tools);
  expect(era).toBe(known.era ?? 'legacy');
  expect(ofModern).toEqual(names);
}

/** What a client of the modern era is shown, whatever the server speaks. */
async function modernToolNames(url: string, token: string): Promise<string[]> {
  const client = new Client(
    { name: 'test-client', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  try {
    return (await client.listTools()).tools.map(({ name }) => name);
  } finally {
    await client.close();
  }
}

describe('a server of the registry', () => {
  it.each(knownServers.filter(({ needsScripts }) => needsScripts === undefined))(
    '$server is installed, listed and served',
    async (known) => {
      try {
        await tryServer(known);
      } catch (error) {
        rows.push({ server: known.server, failed: String(error).slice(0, 160) });
        throw error;
      }
    },
  );

  it.skip.each(knownServers.filter(({ needsScripts }) => needsScripts !== undefined))(
    '$server needs its install scripts: $needsScripts',
    () => undefined,
  );
});
