import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { isAppError } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type Canary,
  canary,
  lookAtProcesses,
  lookInFolder,
  lookInTables,
  lookInText,
} from '../harness/canary.ts';
import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { type LegacyRemote, startLegacyRemote } from '../harness/legacy-remote.ts';
import { makeScratch } from '../harness/scratch.ts';
import { TestBrowser } from '../oauth/browser.ts';
import { askApi, endAccess, goOn } from '../oauth/connect-account.ts';
import { type IdentityProvider, startIdentityProvider } from '../oauth/identity-provider.ts';
import { type ProtectedServer, startProtectedServer } from '../oauth/protected-server.ts';
import { packServer } from '../registry/pack.ts';

/** Tells its secrets to stderr in every way, when it starts and whenever it is asked to. */
const indiscreet = (more = '') => `
import { readFileSync } from 'node:fs';
import { serve, text } from './rpc.mjs';

const read = (variable) => (process.env[variable] ? readFileSync(process.env[variable], 'utf8') : undefined);
const secrets = [process.env.API_KEY, read('KEY_FILE'), read('KEY_FD')].filter(Boolean);
function tell() {
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    console.error('key is', secret, JSON.stringify({ secret }), encodeURIComponent(secret));
    console.error(bytes.toString('hex'), bytes.toString('hex').toUpperCase());
    for (const user of ['', 'a:', 'ab:']) console.error(Buffer.from(user + secret).toString('base64'));
    for (const user of ['', 'a:', 'ab:']) console.error(Buffer.from(user + secret).toString('base64url'));
    console.error(bytes.toString('base64').replace(/.{10}/g, '$&\\n'));
    for (const cut of [1, 5, 20]) console.error(secret.slice(0, cut) + '\\n' + secret.slice(cut));
    console.error('-'.repeat(16384 - 20) + secret);
  }
}
tell();
${more}
serve({
  name: 'indiscreet',
  tools: [
    { name: 'count', run: async () => text(secrets.length) },
    { name: 'fail', run: async () => { tell(); throw new Error('it failed'); } },
    { name: 'crash', run: async () => { tell(); console.error(new Error(secrets.join())); process.exit(7); } },
    { name: 'abort', run: async () => process.abort() },
  ],
});`;

const inEnv = canary('a variable');
const former = canary('a variable before');
const inFile = canary('a file');
const inDescriptor = canary('a descriptor');
const inHeader = canary('a header');
const ofBroken = canary('a variable of what never starts');
const ofSource = canary('the token of a source');
const passphrase = canary('the passphrase of a backup');
const password = canary('a password');
/** What a provider gives for a connection, and what for the first of its refresh tokens. */
const given = [canary('an access token'), canary('a refresh token')] as const;
const renewed = [canary('a second access token'), canary('a second refresh token')] as const;
const canaries: Canary[] = [
  inEnv,
  former,
  inFile,
  inDescriptor,
  inHeader,
  ofBroken,
  ofSource,
  passphrase,
  password,
  ...given,
  ...renewed,
];

/** Everything that was answered to anybody. */
const said: [where: string, text: string][] = [];
/** What was asked for and refused: where nothing is shown, nothing can be seen. */
const failed: string[] = [];
/** What must be found nowhere, once there was time for it to get anywhere. */
const found: string[] = [];

const fixture = plugboardForFile({ args: ['--log-level', 'trace'] });
let scratch: Awaited<ReturnType<typeof makeScratch>>;
let remote: LegacyRemote;
let provider: IdentityProvider;
let guarded: ProtectedServer;
const owner = new TestBrowser();
/** The token that the guarded server takes, and the one that the provider knows it as. */
let taken: string | undefined;
let known = '';

beforeAll(async () => {
  scratch = await makeScratch('canary');
  remote = await startLegacyRemote();
  provider = await startIdentityProvider();
  guarded = await startProtectedServer({
    provider: {
      issuer: provider.issuer,
      introspect: async (token) => (token === taken ? provider.introspect(known) : undefined),
    },
  });
  for (const [name, more] of [
    ['indiscreet', ''],
    ['broken', 'process.exit(3);'],
  ] as const) {
    const files = { 'server.mjs': indiscreet(more) };
    const manifest = { name: `fixture-${name}`, version: '1.0.0' };
    fixture.registry.publish(await packServer('ten-tools', { manifest, files }));
  }
});
afterAll(async () => {
  await guarded[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

async function cli(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await fixture.plugboard.cli(...args);
  // A plan that was not carried out is shown all the same.
  if (code !== 0 && args[0] !== 'restore') failed.push(`${args.join(' ')}: ${stderr}`);
  said.push([`the output of ${args.join(' ')}`, stdout + stderr]);
}

async function ask(method: string, at: string, body?: unknown): Promise<string> {
  const { apiUrl, ownerKey } = fixture.plugboard;
  const response = await fetch(apiUrl + at, {
    method,
    headers: { authorization: `Bearer ${ownerKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) failed.push(`${method} ${at}: ${text}`);
  said.push([`the answer to ${method} ${at}`, text]);
  return text;
}

/** Words of a failure that was to come. */
async function refused(attempt: Promise<unknown>): Promise<void> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeDefined();
  const words = isAppError(error) ? JSON.stringify([error.message, error.details]) : String(error);
  said.push(['an error', words]);
}

async function drain(events: Promise<AsyncIterable<unknown>>): Promise<void> {
  for await (const event of await events) said.push(['an event', JSON.stringify(event)]);
}

/** All places where something could lie or be seen at this moment. */
async function look(): Promise<void> {
  const { database, dataDir, output } = fixture.plugboard;
  found.push(
    ...(await lookAtProcesses(canaries)),
    ...lookInText(canaries, 'what Plugboard printed', output),
    ...(await lookInTables(canaries, (query) => database.rows(dataDir, query))),
    ...(await lookInFolder(canaries, dataDir)),
    ...(await lookInFolder(canaries, scratch.path)),
  );
}

describe('a secret', () => {
  it('reaches its server in each way', async () => {
    const { plugboard } = fixture;
    const { api } = plugboard;
    await plugboard.add({
      server: 'fixture-indiscreet',
      slug: 'indiscreet',
      secrets: { API_KEY: former.value },
    });
    await drain(
      api.configuration.configure({ instance: 'indiscreet', secrets: { API_KEY: inEnv.value } }),
    );
    for (const [slot, place, { name, value }] of [
      ['KEY_FILE', 'file', inFile],
      ['KEY_FD', 'descriptor', inDescriptor],
    ] as const) {
      await ask('POST', '/credentials', {
        name,
        kind: 'custom',
        owner: { kind: 'organization' },
        fields: { value },
      });
      await ask('PUT', `/instances/indiscreet/credentials/${slot}`, {
        credential: name,
        place,
        template: '{value}',
      });
    }
    await eventually('the server has all three', async () => {
      const client = await plugboard.client(plugboard.demoToken);
      const count = await client.say('indiscreet__count');
      await client.end();
      return count === '3';
    });
    await plugboard.add({
      server: remote.url,
      slug: 'elsewhere',
      allowPrivateNetwork: true,
      secrets: { Authorization: `Bearer ${inHeader.value}` },
    });
    await api.sources.add({
      slug: 'internal',
      kind: 'registry',
      location: 'https://registry.example.invalid',
      token: ofSource.value,
      enabled: false,
      everyMs: null,
    });
  });

  it('is given to people and agents once', async () => {
    const { plugboard } = fixture;
    const { api, url } = plugboard;
    canaries.push(canary('an API key', (await api.apiKeys.create({ name: 'canary' })).key));
    canaries.push(
      canary("an agent's token", await plugboard.agent('canary', { starter: 'execute' })),
    );
    const link = /https?:\/\/\S+owner-link\/\S+/.exec(
      (await plugboard.cli('owner', 'link')).stdout,
    )?.[0];
    expect(link).toBeDefined();
    const response = await fetch(new URL(new URL(link!).pathname, url), {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: url, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({
        name: 'Olga',
        email: 'olga@example.com',
        password: password.value,
        again: password.value,
      }),
    });
    expect([response.status, await response.text()]).toEqual([303, expect.any(String)]);
    for (const line of response.headers.getSetCookie()) {
      const [name = '', cookie = ''] = line.split(/[=;]/);
      owner.setCookie(url, name, cookie);
      if (cookie.length > 20) canaries.push(canary('a session', decodeURIComponent(cookie)));
    }
    expect(canaries.some(({ name }) => name === 'a session')).toBe(true);
  });

  it('is used by a connection, renewed, and refused by an indiscreet provider', async () => {
    const { plugboard } = fixture;
    taken = given[0].value;
    provider.fault = () => ({
      kind: 'change',
      change: (body) => {
        known = String(body['access_token']);
        return { ...body, access_token: given[0].value, refresh_token: given[1].value };
      },
    });
    const begun = await askApi(plugboard, 'POST', '/connections', {
      resource: guarded.url,
      owner: { kind: 'organization' },
      allowPrivateNetwork: true,
    });
    const connection = await goOn(
      plugboard,
      owner,
      {
        async signIn(authorizeUrl, choices) {
          const back = await provider.signIn(authorizeUrl, choices);
          for (const name of ['code', 'state']) {
            const value = new URL(back).searchParams.get(name) ?? '';
            canaries.push(canary(`the ${name} of a sign-in`, value));
          }
          return back;
        },
      },
      begun,
    );
    await plugboard.add({
      server: guarded.url,
      slug: 'guarded',
      allowPrivateNetwork: true,
      credentials: { Authorization: connection.id },
    });
    const client = await plugboard.client(plugboard.demoToken);
    const whoami = async () => {
      const { rawMessage } = await client.request('tools/call', { name: 'guarded__whoami' });
      said.push(['the answer of whoami', rawMessage]);
      return rawMessage;
    };
    expect(await whoami()).toContain('ann');
    expect([...guarded.tokens]).toContain(given[0].value);

    // From now on the server takes the next token alone.
    await endAccess(plugboard, connection.id);
    taken = renewed[0].value;
    provider.fault = () => ({
      kind: 'status',
      status: 200,
      body: {
        access_token: renewed[0].value,
        refresh_token: renewed[1].value,
        token_type: 'Bearer',
        expires_in: 3600,
      },
    });
    expect(await whoami()).toContain('ann');
    expect(provider.requests.at(-1)?.params['refresh_token']).toBe(given[1].value);
    expect([...guarded.tokens]).toContain(renewed[0].value);

    // And then none, while the provider tells what it was sent, in its refusal.
    await endAccess(plugboard, connection.id);
    taken = undefined;
    provider.fault = ({ params }) => ({
      kind: 'status',
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: `no such token: ${params['refresh_token']}`,
        error_uri: `https://provider.example.test/?token=${params['refresh_token']}`,
      },
    });
    expect(await whoami()).toMatch(/sign.in/i);
    expect(provider.requests.at(-1)?.params['refresh_token']).toBe(renewed[1].value);
    await client.end();
  });

  it('survives what goes wrong', { timeout: 120_000 }, async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(plugboard.demoToken);
    for (const tool of ['fail', 'crash', 'count', 'abort', 'count']) {
      const { rawMessage } = await client.request('tools/call', { name: `indiscreet__${tool}` });
      said.push([`the answer of ${tool}`, rawMessage]);
    }
    await refused(
      plugboard.add({
        server: 'fixture-broken',
        slug: 'broken',
        secrets: { API_KEY: ofBroken.value },
      }),
    );
    await ask('POST', '/credentials', { name: 'x', kind: 'api_key', fields: inEnv.value });
    await ask('POST', '/instances', { server: 'x', secrets: [inEnv.value] });
    await ask('PATCH', '/instances/indiscreet', { secrets: { 'A B': inEnv.value } });
    await look();
    await plugboard.kill9();
    await plugboard.start();
    const after = await plugboard.client(plugboard.demoToken);
    expect(await after.say('indiscreet__count')).toBe('3');
  });

  it('is not in what is exported, shown or told', { timeout: 120_000 }, async () => {
    failed.length = 0;
    await using ofKey = await makeScratch('key');
    const keyFile = path.join(ofKey.path, 'key');
    await writeFile(keyFile, `${passphrase.value}\n`, { mode: 0o600 });
    const at = (name: string) => path.join(scratch.path, name);
    await cli('backup', at('plugboard.backup'), '--key-file', keyFile);
    await cli('restore', at('plugboard.backup'), '--key-file', keyFile);
    await cli('lock', at('plugboard.lock'));
    await cli('audit', 'export', '--output', at('audit.jsonl'));
    await cli('audit', 'list', '--limit', '500');
    for (const client of ['claude-desktop', 'cursor', 'vscode']) {
      await cli('export', client, '--direct', '--json');
    }
    await cli('logs', 'indiscreet', '--tail', '5000');
    await cli('logs', 'guarded', '--tail', '5000');
    await cli('config', 'show', 'indiscreet', '--json');
    for (const words of ['server list', 'credential list', 'connection list', 'doctor']) {
      await cli(...words.split(' '), '--json');
    }
    for (const words of ['vault status', 'key list', 'agent list', 'member list', 'source list']) {
      await cli(...words.split(' '), '--json');
    }
    for (const what of [
      '/instances',
      '/instances/indiscreet',
      '/instances/indiscreet/credentials',
      '/credentials',
      '/members',
      '/keys',
      '/agents',
      '/grants',
      '/status',
      '/me',
      '/audit?limit=500',
      '/vault',
      '/toolboxes',
      '/organization',
      '/connections',
    ]) {
      await ask('GET', what);
    }
    expect(failed).toEqual([]);
    // It was the passphrase that was typed, and neither refused nor of no use.
    const [, made] = said.find(([where]) => where.includes('of backup'))!;
    expect(made).toMatch(/encrypted/);
    const [, log] = said.find(([where]) => where.includes('of logs'))!;
    expect(log).toContain('[secret]');
  });

  it('was seen nowhere', { timeout: 120_000 }, async () => {
    await look();
    await fixture.plugboard.stop();
    found.push(...(await lookInFolder(canaries, fixture.plugboard.dataDir)));
    for (const [where, text] of said) found.push(...lookInText(canaries, where, text));
    expect([...new Set(found)]).toEqual([]);
    await fixture.plugboard.start();
  });

  it('is in no core file, for there is none', async () => {
    const folders = [fixture.plugboard.dataDir, process.cwd(), scratch.path];
    for (const folder of folders) {
      const names = await readdir(folder, { recursive: folder !== process.cwd() });
      expect(names.filter((name) => /(?:^|\/)core(?:\.\d+)?$/.test(name))).toEqual([]);
    }
    const limits = await readFile(`/proc/${fixture.plugboard.pid}/limits`, 'utf8');
    expect(limits).toMatch(/Max core file size +0 +/);
  });
});

describe('looking for canaries', () => {
  it('finds one in every form, wherever it was planted', async () => {
    const planted = canary('planted');
    await using folder = await makeScratch('planted');
    for (const [index, [, bytes]] of planted.forms.entries()) {
      const noise = Buffer.alloc(100_000 + index, 'noise ');
      await writeFile(path.join(folder.path, `${index}.bin`), Buffer.concat([noise, bytes, noise]));
    }
    const seen = await lookInFolder([planted], folder.path);
    for (const [index, [form]] of planted.forms.entries()) {
      expect(seen).toContain(`planted as ${form} in ${index}.bin`);
    }
    expect(await lookInFolder([canary('another')], folder.path)).toEqual([]);
  });

  it('finds one in base64 with whatever stands before it', () => {
    const planted = canary('planted');
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = Buffer.from(`${before}${planted.value} and more`).toString('base64');
      expect(lookInText([planted], 'text', text)).not.toEqual([]);
    }
  });

  it('finds one in a table, as text, JSON and bytes', async () => {
    const { database, dataDir } = fixture.plugboard;
    const planted = canary('planted');
    const hex = Buffer.from(planted.value).toString('hex');
    await database.tamper(
      dataDir,
      'create table canary_planted (a text, b jsonb, c bytea)',
      `insert into canary_planted values ('x${planted.value}x', '{"k":["${planted.value}"]}', '\\x00${hex}00')`,
    );
    const seen = await lookInTables([planted], (query) => database.rows(dataDir, query));
    await database.tamper(dataDir, 'drop table canary_planted');
    for (const column of ['a', 'b', 'c']) {
      expect(seen).toContain(`planted as clear in canary_planted.${column}`);
    }
  });

  it('finds one among the arguments of a process', async () => {
    const planted = canary('planted');
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', planted.value]);
    try {
      await new Promise((resolve) => child.once('spawn', resolve));
      await eventually('it is seen', async () => (await lookAtProcesses([planted])).length > 0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
