import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type DirectoryClient,
  directoryClient,
  entraUser,
  patch,
} from '../../apps/server/src/features/people/scim/testing/directory-client.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';

let plugboard: Plugboard;
beforeAll(async () => void (plugboard = await startPlugboard()));
afterAll(() => plugboard[Symbol.asyncDispose]());

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await plugboard.cli(...args, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

function connect(token: string): DirectoryClient {
  return directoryClient({ fetch: (path, init) => fetch(plugboard.url + path, init) }, token);
}

describe('a directory', () => {
  it('is let in by a token of the command line, and out again', async () => {
    const made = await cli('scim', 'create', 'entra');
    expect(made.url).toBe(`${plugboard.url}/scim/v2`);
    const scim = connect(made.token);
    const user = await scim('POST', '/Users', entraUser('ann@example.com'));
    expect(user.status).toBe(201);
    const group = await scim('POST', '/Groups', {
      displayName: 'Admins',
      members: [{ value: user.body.id }],
    });
    expect(group.status).toBe(201);
    expect((await cli('scim', 'groups')).groups).toMatchObject([{ name: 'Admins', role: null }]);
    await cli('scim', 'map', 'Admins', 'admin');
    const { members } = await plugboard.api.members.list();
    expect(members.find(({ email }) => email === 'ann@example.com')).toMatchObject({
      role: 'admin',
      source: 'scim',
      state: 'active',
    });

    const { tokens } = await cli('scim', 'list');
    expect(tokens).toMatchObject([{ name: 'entra', state: 'active' }]);
    expect(tokens[0].lastUsedAt).toBeDefined();
    await cli('scim', 'revoke', made.id);
    expect((await scim('GET', '/Users')).status).toBe(401);
    const log = await cli('audit', 'list', '--kind', 'member.joined');
    expect(JSON.stringify(log)).toContain('"source":"scim"');
    expect(plugboard.output).not.toContain(made.token);
  });

  it('is asked about before it may make owners', async () => {
    const { token } = await cli('scim', 'create', 'okta');
    await connect(token)('POST', '/Groups', { displayName: 'Lords' });
    const unasked = await plugboard.cli('scim', 'map', 'Lords', 'owner', '--json');
    expect(unasked.code).not.toBe(0);
    expect(await cli('scim', 'map', 'Lords', 'owner', '--yes')).toMatchObject({ role: 'owner' });
  });

  it('finds what it made after a restart, and is bounded', async () => {
    const { token } = await cli('scim', 'create', 'again');
    const scim = connect(token);
    await plugboard.kill9();
    await plugboard.start();
    const found = await scim('GET', `/Users?filter=${encodeURIComponent('userName pr')}`);
    expect(found.status).toBe(400);
    const { body } = await scim('GET', '/Users');
    expect(body.Resources).toMatchObject([{ userName: 'ann@example.com' }]);
    const off = patch({ op: 'Replace', path: 'active', value: 'False' });
    const out = await scim('PATCH', `/Users/${body.Resources[0].id}`, off);
    expect(out.body.active).toBe(false);
    const large = await scim('POST', '/Users', { userName: 'x'.repeat(1_000_000) });
    expect(large.status).toBe(413);
    const none = await fetch(`${plugboard.url}/auth/scim/v2/Users`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(none.status).toBe(404);
  });
});
