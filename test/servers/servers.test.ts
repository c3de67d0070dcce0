import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type BundledServer, bundledServers, defaultConfigurationSchema } from '@plugboard/catalog';
import { afterAll, describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { repository } from '../harness/repository.ts';
import { makeScratch } from '../harness/scratch.ts';
import { whyNotHere } from './not-here.ts';
import { type Outcome, serversPage } from './servers-page.ts';
import { placeholderFor, trials } from './trials.ts';

const fixture = plugboardForFile({}, async ({ plugboard, registry }) => {
  registry.passesOn = true;
  await plugboard.api.toolboxes.create({ slug: 'bundled' });
});

const outcomes: Outcome[] = [];

afterAll(async () => {
  console.table(outcomes);
  if (process.env['PLUGBOARD_WRITE_DOCS'] !== '1') return;
  await writeFile(
    path.join(repository, 'docs/servers.md'),
    serversPage(bundledServers(), outcomes),
  );
});

/** Adds a server by its id, lists it as an agent of either era, calls it, and removes it. */
async function tryServer(entry: BundledServer): Promise<void> {
  const { plugboard } = fixture;
  const { id } = entry.meta;
  const { values = {}, secrets = [], file, call } = trials[id] ?? {};
  const slug = `try-${id}`;
  await using shown = await makeScratch('shown');
  await chmod(shown.path, 0o755);
  const shownFile = path.join(shown.path, 'file');
  if (file) await writeFile(shownFile, file.content);
  await plugboard.add({
    server: id,
    slug,
    toolbox: 'bundled',
    startTimeoutMs: 60_000,
    values: { ...values, ...(file && { [file.key]: shownFile }) },
    secrets: Object.fromEntries(
      [...secretsNeeded(entry), ...secrets].map((key) => [key, placeholderFor(id, key)]),
    ),
    ...(file && { mounts: [{ path: shown.path, writable: false }] }),
  });
  try {
    const token = await plugboard.agent(`of-${slug}`, { [slug]: 'admin' });
    const client = await plugboard.client(token, `/bundled/${slug}`);
    const names = await client.toolNames();
    const answer = call && (await client.say(call.name, call.arguments));
    const restarted = performance.now();
    await plugboard.api.instances.restart({ instance: slug });
    const startMs = performance.now() - restarted;
    const { state, protocolVersion } = await plugboard.api.instances.get({ instance: slug });
    outcomes.push({
      id,
      tested: call ? `installed, listed, called \`${call.name}\`` : 'installed, listed',
      tools: names.length,
      startMs: Math.round(startMs),
      ...(state.memoryBytes !== undefined && {
        memoryMb: Math.round(state.memoryBytes / 2 ** 20),
      }),
      ...(protocolVersion !== undefined && { protocol: protocolVersion }),
    });
    expect(compareTools(entry, names)).toEqual({ missing: [], unexpected: [] });
    expect(await modernToolNames(`${plugboard.mcpUrl}/bundled/${slug}`, token)).toEqual(names);
    if (call) expect(answer).toMatch(call.answers);
  } finally {
    await plugboard.api.instances.remove({ instance: slug });
  }
}

function secretsNeeded({ server }: BundledServer): string[] {
  const { required, properties } = defaultConfigurationSchema(server);
  return required.filter((key) => properties[key]?.['x-plugboard'].secret);
}

/** What the entry promises and the server does not list, and what it lists beyond. */
function compareTools({ meta }: BundledServer, names: readonly string[]) {
  const known = new Set(meta.tools.map(({ name }) => name));
  const always = meta.tools.filter(({ when }) => when === undefined);
  return {
    missing: always.map(({ name }) => name).filter((name) => !names.includes(name)),
    unexpected: names.filter((name) => !known.has(name)),
  };
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

const here = bundledServers().filter((entry) => whyNotHere(entry) === undefined);
const elsewhere = bundledServers().flatMap((entry) => {
  const reason = whyNotHere(entry);
  return reason === undefined ? [] : [{ id: entry.meta.id, reason }];
});

describe('a bundled server', () => {
  it.each(here.filter(({ meta }) => meta.offline === 'works').map(({ meta }) => meta.id))(
    '%s works without a network, so something of it is called',
    (id) => expect(trials[id]?.call).toBeDefined(),
  );

  it.each(here.map((entry) => [entry.meta.id, entry] as const))(
    '%s is installed by its id, lists the tools of its entry, and answers',
    async (id, entry) => {
      try {
        await tryServer(entry);
      } catch (error) {
        const known = outcomes.findIndex((outcome) => outcome.id === id);
        if (known < 0) outcomes.push({ id, tested: 'failed' });
        throw error;
      }
    },
  );

  it.each(elsewhere)('$id is not tried here: $reason', ({ id, reason }) => {
    outcomes.push({ id, tested: `not here: ${reason}` });
  });
});
