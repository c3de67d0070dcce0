import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { plugboardEnvironment } from '../harness/plugboard.ts';
import { hasPseudoTerminal, runAtTerminal, type TerminalRun } from '../harness/pseudo-terminal.ts';
import { entryPoint, nodeFlags } from '../harness/repository.ts';
import { packageOf } from '../registry/registry.ts';

const secret = 'hunter2-hunter2-hunter2';
const [controlC, controlD] = ['\u0003', '\u0004'];

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  const folder = path.join(plugboard.dataDir, 'catalog', 'mine');
  await mkdir(folder, { recursive: true });
  const listed = {
    registryType: 'npm',
    identifier: packageOf('ten-tools'),
    version: '1.0.0',
    transport: { type: 'stdio' },
    environmentVariables: [{ name: 'EXAMPLE_TOKEN', isRequired: true, isSecret: true }],
  };
  const entry = {
    name: 'com.example/asks',
    description: 'x',
    version: '1.0.0',
    packages: [listed],
  };
  await writeFile(path.join(folder, 'server.json'), JSON.stringify(entry));
  const added = await plugboard.cli('source', 'add', 'mine', 'mine', '--kind', 'folder');
  expect(added.code, added.stderr).toBe(0);
});

/** Runs `server add` at a terminal of 60 columns. */
function add(...args: string[]): TerminalRun {
  const env = plugboardEnvironment(fixture.plugboard.dataDir);
  const command = [...nodeFlags, entryPoint, 'server', 'add', ...args];
  return runAtTerminal(process.execPath, command, { env, columns: 60 });
}

async function slugs(): Promise<string[]> {
  const { instances } = await fixture.plugboard.api.instances.list();
  return instances.map(({ slug }) => slug);
}

async function folders(): Promise<string[]> {
  const { dataDir } = fixture.plugboard;
  const lists = ['servers', 'servers/.staging', 'instances', 'trials', 'logs'].map(async (name) =>
    (await readdir(path.join(dataDir, name)).catch(() => [])).map((file) => `${name}/${file}`),
  );
  return (await Promise.all(lists)).flat().sort();
}

describe.skipIf(!hasPseudoTerminal)('server add at a terminal', () => {
  it('shows the plan, asks for the secret without showing it, and for a yes', async () => {
    const run = add('com.example/asks', '--name', 'asked');
    await run.sees(/EXAMPLE_TOKEN, not shown: $/);
    expect(run.shown).toMatch(/com\.example\/asks[^]*fetches[^]*runs[^]*reaches[^]*asks for/);
    expect(run.shown).not.toMatch(/^x /m);
    run.type(`${secret}\r`);
    await run.sees(/Add asked\? \[y\/N\] $/);
    expect(await slugs()).not.toContain('asked');
    run.type('y\r');
    expect(await run.ended).toBe(0);
    expect(run.shown).toContain('asked is ready with 10 tools');
    expect(run.shown).not.toContain(secret);
    const added = await fixture.plugboard.api.instances.get({ instance: 'asked' });
    expect(added).toMatchObject({ secretNames: ['EXAMPLE_TOKEN'] });
  });

  it('keeps to the width of the terminal', async () => {
    const run = add('com.example/asks', '--plan', '--name', 'narrow');
    expect(await run.ended).toBe(0);
    const lines = stripVTControlCharacters(run.shown).split('\r\n');
    expect(lines.length).toBeGreaterThan(5);
    // A word that is wider stays whole.
    const tooWide = lines.filter((line) => line.length > 60 && line.slice(10).includes(' '));
    expect(tooWide).toEqual([]);
    expect(run.shown).toContain('x EXAMPLE_TOKEN');
  });

  it.each([
    ['Ctrl-C', controlC, 130],
    ['Ctrl-D', controlD, 1],
    ['no', 'n\r', 1],
    ['nothing', '\r', 1],
  ])('does nothing when the answer is %s', async (_name, keys, code) => {
    const before = await folders();
    const run = add(packageOf('ten-tools'), '--name', 'refused');
    await run.sees(/Add refused\? \[y\/N\] $/);
    run.type(keys);
    expect(await run.ended).toBe(code);
    expect(run.shown).toMatch(/Nothing was done\.\r\n$/);
    expect(run.shown).not.toMatch(/await|\bat .+:\d+:\d+/);
    expect(await slugs()).not.toContain('refused');
    expect(await folders()).toEqual(before);
  });

  it.each([
    ['Ctrl-C', controlC, 130, /Stopped. Nothing was done/],
    ['Ctrl-D', controlD, 1, /Nothing was done/],
    ['nothing', '\r', 1, /EXAMPLE_TOKEN/],
  ])('does nothing when for the secret it is given %s', async (_name, keys, code, message) => {
    const run = add('com.example/asks', '--name', 'unasked');
    await run.sees(/not shown: $/);
    run.type(keys);
    expect(await run.ended).toBe(code);
    expect(run.shown).toMatch(message);
    expect(await slugs()).not.toContain('unasked');
  });

  it('takes away what was begun when it is stopped with Ctrl-C', async () => {
    const before = await folders();
    const run = add(packageOf('bad-start'), '--name', 'stopped', '--yes', '--', 'mute');
    await run.sees(/Starting stopped/);
    run.type(controlC);
    expect(await run.ended).toBe(130);
    expect(run.shown).toContain('Stopped. Plugboard takes away what was begun.');
    await eventually('nothing was left', async () => {
      expect(await folders()).toEqual(before);
      return true;
    });
    expect(await slugs()).not.toContain('stopped');
  });
});
