import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { makeScratch } from '../harness/scratch.ts';
import { packageOf } from '../registry/registry.ts';

const first = 'canary-of-the-first-3f9a71';
const second = 'canary-of-the-second-8c2b05';
const ofAgent = 'canary-of-the-agent-51d7e4';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('looker'), slug: 'looker' });
});
let scratch: Awaited<ReturnType<typeof makeScratch>>;
beforeAll(async () => {
  scratch = await makeScratch('credentials');
});
afterAll(() => scratch[Symbol.asyncDispose]());

async function done(...args: string[]) {
  const answer = await fixture.plugboard.cli(...args);
  expect(answer.code, `${args.join(' ')}: ${answer.stderr}`).toBe(0);
  expect(answer.stdout + answer.stderr).not.toContain('canary-of');
  return answer;
}

async function file(name: string, text: string): Promise<string> {
  const at = path.join(scratch.path, name);
  await writeFile(at, text, { mode: 0o600 });
  return at;
}

async function environment(): Promise<Record<string, string>> {
  const { plugboard } = fixture;
  const client = await plugboard.client(plugboard.demoToken, '/starter/looker');
  return JSON.parse(await client.say('environment'));
}

async function runsWith(value: string): Promise<void> {
  await eventually('the server has it', async () => {
    expect(await environment()).toMatchObject({ SECRET_KEY: value });
    return true;
  });
}

describe('credentials from the command line', () => {
  it('are sealed, listed and shown without their secrets', async () => {
    await done('credential', 'add', 'shared', '--from-file', await file('first', first));
    expect((await done('credential', 'list')).stdout).toMatch(/shared +api_key +organization/);
    const { json } = await done('credential', 'show', 'shared', '--json');
    expect(json).toMatchObject({ version: 1, facts: { fields: ['key'] } });
    const exposed = await fixture.plugboard.cli(
      'credential',
      'add',
      'x',
      '--field',
      `key=${first}`,
    );
    expect(exposed).toMatchObject({ code: 2 });
    expect(exposed.stderr).not.toContain(first);
  });

  it('fill a slot of a server that runs, and are replaced under it', async () => {
    await done('credential', 'bind', 'looker', 'SECRET_KEY', 'shared', '--template', 'v1:{key}');
    await runsWith(`v1:${first}`);
    await done('credential', 'replace', 'shared', '--from-file', await file('second', second));
    await runsWith(`v1:${second}`);
    await done('credential', 'rollback', 'shared', '1');
    await runsWith(`v1:${first}`);
    expect((await done('server', 'credentials', 'looker')).stdout).toMatch(/SECRET_KEY +env/);
  });

  it('never become what decides how a server runs', async () => {
    for (const slot of ['NODE_OPTIONS', 'LD_PRELOAD', 'PATH', 'BASH_ENV', 'HTTPS_PROXY']) {
      const refused = await fixture.plugboard.cli('credential', 'bind', 'looker', slot, 'shared');
      expect(refused.stderr).toContain('decides what runs');
      expect(refused.code).not.toBe(0);
    }
  });

  it("are each agent's own where a server wants that, and the agent is told what is missing", async () => {
    const { plugboard } = fixture;
    await done('credential', 'unbind', 'looker', 'SECRET_KEY');
    await done('server', 'account', 'looker', 'agent', '--slot', 'SECRET_KEY');
    const client = await plugboard.client(plugboard.demoToken, '/starter/looker');
    const result = await client.request('tools/call', { name: 'environment', arguments: {} });
    expect(JSON.stringify(result.message)).toMatch(/own account.*demo.*SECRET_KEY/);
    await done(
      'credential',
      'add',
      'agents',
      '--agent',
      'demo',
      '--from-file',
      await file('agent', ofAgent),
    );
    await done('credential', 'bind', 'looker', 'SECRET_KEY', 'agents');
    await runsWith(ofAgent);
  });

  it('are destroyed when nothing needs them, and leave nothing in logs and audit', async () => {
    const { plugboard } = fixture;
    const refused = await plugboard.cli('credential', 'remove', 'agents', '--yes');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('SECRET_KEY of looker');
    await done('credential', 'remove', 'agents', 'shared', '--yes', '--force');
    expect((await done('credential', 'list')).stdout).toContain('no such credential');
    expect(plugboard.output).not.toContain('canary-of');
    const audit = await plugboard.cli('audit', '--json');
    expect(audit.stdout).not.toContain('canary-of');
  });
});
