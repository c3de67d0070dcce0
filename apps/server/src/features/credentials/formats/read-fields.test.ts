import { generateKeyPairSync } from 'node:crypto';

import { isAppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import type { CredentialKind } from '../vault.ts';
import { readFields } from './read-fields.ts';

const github = `ghp_${'a1B2c3D4'.repeat(5)}`;

async function refusal(
  kind: CredentialKind,
  provider: string | undefined,
  fields: Record<string, string>,
): Promise<string> {
  try {
    await readFields(kind, provider, fields);
  } catch (error) {
    if (!isAppError(error, 'invalid_input')) throw error;
    const said = `${error.message} ${JSON.stringify(error.details)}`;
    for (const value of Object.values(fields)) {
      if (value.length > 3) expect(said).not.toContain(value);
    }
    return error.message;
  }
  throw new Error('It was taken.');
}

describe('an API key', () => {
  it('is taken in the form of its service, with a hint of its end', async () => {
    const read = await readFields('api_key', 'github', { key: github });
    expect(read.fields['key']?.reveal()).toBe(github);
    expect(read.facts).toEqual({ hint: '…c3D4', fields: ['key'] });
  });

  it('tells of its service by itself', async () => {
    expect((await readFields('api_key', undefined, { key: github })).provider).toBe('github');
    expect((await readFields('api_key', undefined, { key: 'plain' })).provider).toBeUndefined();
  });

  it('loses the line break that a file ends with', async () => {
    const { fields } = await readFields('api_key', undefined, { key: 'abc\n' });
    expect(fields['key']?.reveal()).toBe('abc');
  });

  it('shows nothing of a short one', async () => {
    expect((await readFields('api_key', undefined, { key: 'short-key-1234' })).facts).toEqual({
      fields: ['key'],
    });
  });

  it.each([
    ['github', 'ghp_short', /does not look like one of GitHub.*github_pat_/],
    ['github', `glpat-${'a'.repeat(20)}`, /looks like one of GitLab, not of GitHub/],
    ['stripe', `pk_live_${'a'.repeat(20)}`, /publishable key/],
    [undefined, '', /must not be empty/],
    [undefined, '   ', /must not be empty/],
    [undefined, `Bearer ${github}`, /begins like a header/],
    [undefined, `"${github}"`, /quotation marks/],
    [undefined, ` ${github}`, /space/],
    [undefined, `${github}\r\nx-admin: 1`, /line break/],
    [undefined, '•••••••••', /what was shown in its place/],
    [undefined, 'your-key-here', /example/],
  ])('for %s is refused: %s', async (provider, key, why) => {
    expect(await refusal('api_key', provider, { key })).toMatch(why);
  });

  it.each([
    'http://gitlab.example',
    'https://u:p@gitlab.example',
    'ftp://x',
    'https://x/?k=1',
    'x',
  ])('is not sent to %s', async (url) => {
    expect(await refusal('api_key', undefined, { key: 'abcdef', url })).toMatch(/^url must be/);
  });

  it('does not quote a name that may be the key itself', async () => {
    const error = await refusal('api_key', undefined, { [github]: '' });
    expect(error).toBe('fields of the kind api_key are: key, url.');
  });
});

describe('a database', () => {
  it('is read from a connection string, and shown without its password', async () => {
    const dsn = 'postgres://ann:p%40ss-w0rd-9f8s7df@db.internal:6432/shop?sslmode=require';
    const { fields, facts } = await readFields('database', undefined, { dsn });
    expect(fields['dsn']?.reveal()).toBe(dsn);
    expect(fields['password']?.reveal()).toBe('p@ss-w0rd-9f8s7df');
    expect(facts).toMatchObject({
      engine: 'postgres',
      host: 'db.internal',
      port: '6432',
      database: 'shop',
      username: 'ann',
    });
    expect(JSON.stringify(facts)).not.toContain('w0rd');
  });

  it('is put together from parts, whatever is in them', async () => {
    const { fields } = await readFields('database', undefined, {
      engine: 'mysql',
      host: 'db',
      username: 'a@b',
      password: 'p/#?:@s',
      database: 'x y',
    });
    const dsn = new URL(fields['dsn']?.reveal() ?? '');
    expect(decodeURIComponent(dsn.password)).toBe('p/#?:@s');
    expect(decodeURIComponent(dsn.username)).toBe('a@b');
    expect(dsn.host).toBe('db:3306');
  });

  it('may have several hosts', async () => {
    const dsn = 'mongodb://ann:s3cr3t-9f8s7df@a.example:1,b.example:2/shop?replicaSet=r';
    const { facts } = await readFields('database', undefined, { dsn });
    expect(facts).toMatchObject({ host: 'a.example', database: 'shop' });
  });

  it('says that a password is weak, and does not quote it', async () => {
    const { advice } = await readFields('database', undefined, {
      dsn: 'postgres://ann:postgres1@db/shop',
    });
    expect(advice).toEqual([expect.stringMatching(/^The password is very weak/)]);
    expect(advice.join()).not.toContain('postgres1');
    const strong = { dsn: 'postgres://ann:kT9xQw2mVb7LzR4p@db/shop' };
    expect((await readFields('database', undefined, strong)).advice).toEqual([]);
  });

  it.each([
    [{ dsn: 'not a dsn' }, /a space/],
    [{ dsn: 'nothing' }, /no connection string/],
    [{ dsn: 'file:///etc/passwd' }, /must begin with one of/],
    [{ dsn: 'https://example.com' }, /must begin with one of/],
    [{ dsn: 'postgres://ann:secretpw@/db' }, /no connection string|no host/],
    [{ dsn: 'postgres://db/x', host: 'evil' }, /says it all/],
    [{ engine: 'dbase', host: 'x' }, /engine must be one of/],
    [{ engine: 'postgres' }, /host is missing/],
    [{ engine: 'postgres', host: 'a/b@c' }, /host must be a host name/],
    [{ engine: 'postgres', host: 'db', port: '99999' }, /port must be/],
  ])('%j is refused', async (fields, why) => {
    expect(await refusal('database', undefined, fields)).toMatch(why);
  });
});

describe('a service account', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const file = {
    type: 'service_account',
    project_id: 'shop',
    private_key_id: 'k1',
    private_key: privateKey,
    client_email: 'bot@shop.iam.gserviceaccount.com',
  };

  it('is a key file, of which the account is shown', async () => {
    const { facts } = await readFields('service_account', 'google', { json: JSON.stringify(file) });
    expect(facts).toEqual({
      email: file.client_email,
      project: 'shop',
      keyId: 'k1',
      fields: ['json'],
    });
  });

  it.each([
    ['{"type":', /no JSON/],
    ['[]', /no JSON object/],
    ['{"type":"authorized_user","refresh_token":"1//secret"}', /no key file/],
    [JSON.stringify({ ...file, private_key: 'MIIsecret' }), /cannot be read/],
  ])('%s is refused', async (json, why) => {
    expect(await refusal('service_account', 'google', { json })).toMatch(why);
  });
});

describe('other kinds', () => {
  it('take a user name and password', async () => {
    const read = await readFields('basic', undefined, {
      username: 'ann',
      password: 'kT9xQw2mVb7L',
    });
    expect(read.facts).toEqual({ username: 'ann', fields: ['username', 'password'] });
    expect(await refusal('basic', undefined, { username: 'a:b', password: 'x' })).toMatch(/colon/);
    expect(await refusal('basic', undefined, { username: 'ann' })).toMatch(/password must not/);
  });

  it('take fields of any name, which are shown without what they hold', async () => {
    const read = await readFields('custom', undefined, { A: 'one-secret', b_2: 'two' });
    expect(read.facts).toEqual({ fields: ['A', 'b_2'] });
    expect(await refusal('custom', undefined, { 'a-b': 'x' })).toMatch(/must have names/);
    expect(await refusal('custom', undefined, {})).toMatch(/at least one/);
    expect(await refusal('custom', undefined, { a: '' })).toMatch(/^a must not be empty/);
  });

  it('are never an OAuth account', async () => {
    expect(await refusal('oauth', undefined, { access_token: 'abcdefgh' })).toMatch(/connecting/);
  });
});
