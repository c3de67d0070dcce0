import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { makeScratch } from '../harness/scratch.ts';

const fixture = plugboardForFile();
const cli = (...args: string[]) => fixture.plugboard.cli(...args);

/** Asks for a token as an agent's client; resolves with the status. */
async function askToken(clientId: string, secret: string): Promise<number> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
  const url = `${fixture.plugboard.url}/oauth/token`;
  return (await fetch(url, { method: 'POST', body: new URLSearchParams(form) })).status;
}

describe('plugboard agent client', () => {
  it('makes a client whose secret is told once, lists it, and revokes it', async () => {
    expect((await cli('agent', 'client', 'list', 'demo')).stdout).toContain(
      'demo has no client. Make one: plugboard agent client create demo',
    );
    const made = await cli('agent', 'client', 'create', 'demo', '--name', 'nightly', '--json');
    expect(made).toMatchObject({ code: 0 });
    const { clientId, clientSecret } = made.json;
    expect(await askToken(clientId, clientSecret)).toBe(200);
    const listed = await cli('agent', 'client', 'list', 'demo');
    expect(listed.stdout).toContain(clientId);
    expect(listed.stdout).toContain('nightly');
    expect(listed.stdout).not.toContain(clientSecret);
    expect((await cli('agent', 'client', 'list', 'demo', '--json')).json).toMatchObject({
      clients: [{ clientId, state: 'active' }],
    });
    const revoked = await cli('agent', 'client', 'revoke', 'demo', clientId);
    expect(revoked.stdout).toBe('The client is revoked; its sessions are closed.\n');
    expect(await askToken(clientId, clientSecret)).toBe(401);
    expect(await cli('agent', 'client', 'revoke', 'demo', 'pbc_nothing')).toMatchObject({
      code: 4,
    });
  });

  it('takes public keys from a file, and no private ones', async () => {
    await using scratch = await makeScratch('keys');
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = path.join(scratch.path, 'keys.json');
    const write = (key: object) => writeFile(file, JSON.stringify({ keys: [key] }));
    await write({ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' });
    const made = await cli('agent', 'client', 'create', 'demo', '--jwks', file, '--json');
    expect(made.json).toMatchObject({ clientId: expect.stringMatching(/^pbc_/) });
    expect(made.json).not.toHaveProperty('clientSecret');
    await write({ ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' });
    const refused = await cli('agent', 'client', 'create', 'demo', '--jwks', file);
    expect(refused.code).not.toBe(0);
    await writeFile(file, 'no keys');
    const unread = await cli('agent', 'client', 'create', 'demo', '--jwks', file);
    expect(unread.stderr).toContain('must be a file with a JWK set');
  });
});

describe('plugboard toolbox set --member-level', () => {
  it('opens a toolbox to members, and closes it', async () => {
    const set = (level: string) => cli('toolbox', 'set', 'starter', '--member-level', level);
    expect((await set('write')).stdout).toBe(
      'Members may give agents of their own starter, up to write.\n',
    );
    expect((await set('none')).stdout).toBe(
      'Members may not give starter to agents of their own.\n',
    );
    const wrong = await set('root');
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain('or none, not "root"');
    const json = await cli('toolbox', 'set', 'starter', '--member-level', 'read', '--json');
    expect(json.json).toMatchObject({ slug: 'starter', memberLevel: 'read' });
  });
});

describe('plugboard connect', () => {
  it('says that the URL is enough for clients with OAuth, and how others connect', async () => {
    const { mcpUrl, demoToken } = fixture.plugboard;
    const shown = await cli('connect', 'cursor');
    expect(shown.stdout).toContain(
      `the URL is enough: it opens a page on which you sign in\n${mcpUrl}\n`,
    );
    expect(shown.stdout).toContain(demoToken);
    expect((await cli('connect', 'cursor', '--json')).json).toMatchObject({ url: mcpUrl });
    expect((await cli('connect')).stdout).toContain('needs the URL of an endpoint alone');
  });
});
