import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Browser, goodPassword } from '../../apps/server/src/features/people/testing/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';

const email = 'owner@example.com';

let plugboard: Plugboard;
let post: SMTPServer;
const mails: string[] = [];

beforeAll(async () => {
  post = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const mail = Buffer.concat(chunks).toString('utf8');
        mails.push(mail.replaceAll('=\r\n', '').replaceAll('=3D', '='));
        done();
      });
    },
  });
  post.listen(0, '127.0.0.1');
  await once(post.server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has such an address
  const { port } = post.server.address() as AddressInfo;
  plugboard = await startPlugboard({
    env: { PLUGBOARD_SMTP_URL: `smtp://127.0.0.1:${port}?ignoreTLS=true` },
  });
});
afterAll(async () => {
  await plugboard[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => {
    post.close(() => resolve());
  });
});

function browse(): Browser {
  const { url } = plugboard;
  return new Browser(
    { fetch: (path, init) => fetch(url + path, { ...init, redirect: 'manual' }) },
    url,
  );
}

async function ownerLink(): Promise<{ path: string; running: boolean }> {
  const { stdout } = await plugboard.cli('owner', 'link', '--json');
  const { link, running } = JSON.parse(stdout);
  return { path: new URL(link).pathname, running };
}

const fields = { name: 'Olga', email, password: goodPassword, again: goodPassword };

describe('the owner’s way in', () => {
  it('is made on the host, with the server running or not, and works once', async () => {
    const first = await ownerLink();
    expect(first.running).toBe(true);
    expect((await browse().post(first.path, fields)).status).toBe(303);
    expect((await browse().post(first.path, fields)).status).toBe(404);

    await plugboard.stop();
    const second = await ownerLink();
    expect(second.running).toBe(false);
    const third = await ownerLink();
    await plugboard.start();
    expect((await browse().post(second.path, fields)).status).toBe(404);
    const browser = browse();
    expect((await browser.post(third.path, fields)).status).toBe(303);
    expect(await (await browser.api('GET', '/me')).json()).toMatchObject({ email, role: 'owner' });
    const { entries } = await plugboard.api.audit.list({ kind: 'person.recovered' });
    expect(entries.map(({ record }) => record['change'])).toMatchObject([
      { by: 'owner_link', isNew: false },
      { by: 'owner_link', isNew: true },
    ]);
  });

  it('needs no key, and writes no token anywhere', async () => {
    const { path } = await ownerLink();
    const token = path.split('/').at(-1) ?? 'none';
    expect(plugboard.output).not.toContain(token);
    expect(plugboard.output).not.toContain(goodPassword);
  });
});

describe('mailed links', () => {
  it('lead to the server’s own address, whatever host a request names', async () => {
    await plugboard.cli('member', 'invite', 'ann@example.com', '--role', 'auditor', '--json');
    await eventually('the invitation came', () => mails.length === 1);
    for (const headers of [
      { 'x-forwarded-host': 'evil.example' },
      { forwarded: 'host=evil.example' },
    ]) {
      await browse().post('/forgot-password', { email }, headers);
    }
    await browse().post('/forgot-password', { email: 'nobody@example.com' });
    await eventually('both links came', () => mails.length === 3);
    for (const mail of mails) {
      expect(mail).not.toContain('evil.example');
      expect(mail).toContain(`${plugboard.url}/`);
    }
    expect(mails.join('\n')).not.toContain('nobody@example.com');
    const [link = ''] = /\/reset-password\/[\w-]+/.exec(mails[2] ?? '') ?? [];
    const again = { password: 'yet-another-long-passphrase', again: 'yet-another-long-passphrase' };
    expect((await browse().post(link, again)).status).toBe(303);
    expect((await browse().post(link, again)).status).toBe(404);
  });
});

describe('guessing', () => {
  it('is not begun anew by a restart', async () => {
    const guess = () => browse().post('/sign-in', { email, password: 'wrong', next: '/' });
    for (let i = 0; i < 10; i += 1) expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(429);
    await plugboard.kill9();
    await plugboard.start();
    expect((await guess()).status).toBe(429);
    const right = await browse().post('/sign-in', {
      email,
      password: 'yet-another-long-passphrase',
      next: '/',
    });
    expect(right.status).toBe(429);
  });
});

describe('the command line', () => {
  it('manages members, keys and the organization', async () => {
    const list = JSON.parse((await plugboard.cli('member', 'list', '--json')).stdout);
    expect(list.members).toMatchObject([{ role: 'owner', email }]);
    const made = JSON.parse((await plugboard.cli('key', 'create', 'ci', '--json')).stdout);
    expect(made.key).toMatch(/^pbk_/);
    expect((await plugboard.cli('key', 'revoke', made.id)).code).toBe(0);
    const invitations = JSON.parse((await plugboard.cli('invitation', 'list', '--json')).stdout);
    expect(invitations.invitations).toMatchObject([{ state: 'open', role: 'auditor' }]);
    const [{ id }] = invitations.invitations;
    expect((await plugboard.cli('invitation', 'revoke', id)).code).toBe(0);
    expect((await plugboard.cli('organization', 'rename', 'Acme')).code).toBe(0);
    expect((await plugboard.cli('organization', 'show')).stdout).toContain('Acme');
    const refused = await plugboard.cli('member', 'remove', list.members[0].id, '--yes');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('last owner');
  });
});
