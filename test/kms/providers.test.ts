import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { type KeyProvider, masterKeyId, openKeyProvider } from '@plugboard/vault';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { awsKeyArn, serveAwsKms } from './aws-kms.ts';
import { gcpKeyName, serveGcpKms } from './gcp-kms.ts';
import type { Behaviour } from './sealed-box.ts';
import type { Service } from './serve.ts';
import { serveVault } from './vault-transit.ts';

interface Started {
  readonly service: Service & Behaviour;
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
}

const dataDir = '/nonexistent';
const installationId = '01920000-0000-7000-8000-0123456789ab';
const elsewhere = '01920000-0000-7000-8000-0123456789ac';

/** What the SDKs read is the process' own environment. */
function setEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
}
afterEach(() => vi.unstubAllEnvs());

const services: Readonly<Record<string, () => Promise<Started>>> = {
  async 'AWS KMS'() {
    const service = await serveAwsKms();
    const env = {
      AWS_ENDPOINT_URL_KMS: service.url,
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    return { service, text: `aws-kms:${awsKeyArn}`, env };
  },
  async 'Google Cloud KMS'() {
    const service = await serveGcpKms();
    const env = {
      CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: `${service.url}/`,
      GCE_METADATA_HOST: service.metadataHost,
      METADATA_SERVER_DETECTION: 'assume-present',
    };
    return { service, text: `gcp-kms:${gcpKeyName}`, env };
  },
  async Vault() {
    const service = await serveVault();
    const env = { VAULT_TOKEN: service.token, VAULT_NAMESPACE: 'acme' };
    return { service, text: `vault-transit:${service.url}/plugboard`, env };
  },
};

async function openWith({ text, env }: Started, timeoutMs = 10_000): Promise<KeyProvider> {
  setEnvironment(env);
  return openKeyProvider(text, { dataDir, env, timeoutMs });
}

describe.each(Object.keys(services))('the provider on %s', (name) => {
  const start = () => services[name]!();

  it('gives back the key that it wrapped, on another node too', async () => {
    const started = await start();
    await using _ = started.service;
    const made = await (await openWith(started)).create(installationId);
    expect(made.id).toBe(masterKeyId(made.key));
    const { id, wrapped } = made;
    expect(wrapped?.includes(made.key.export())).toBe(false);
    const again = await openWith(started);
    expect(again).toMatchObject({ kind: started.text.split(':')[0] });
    const key = await again.open({ id, installationId, wrapped });
    expect(key?.equals(made.key)).toBe(true);
    expect(await again.open({ id, installationId, wrapped: undefined })).toBeUndefined();
  });

  it('opens none of another installation, of another name, or that was changed', async () => {
    const started = await start();
    await using _ = started.service;
    const provider = await openWith(started);
    const one = await provider.create(installationId);
    const two = await provider.create(elsewhere);
    const changed = Buffer.from(one.wrapped!);
    changed[changed.length - 3] = changed.at(-3) === 65 ? 66 : 65;
    for (const stored of [
      { id: one.id, installationId: elsewhere, wrapped: one.wrapped },
      { id: two.id, installationId: elsewhere, wrapped: one.wrapped },
      { id: one.id, installationId, wrapped: two.wrapped },
      { id: one.id, installationId, wrapped: changed },
      { id: one.id, installationId, wrapped: one.wrapped?.subarray(0, 20) },
    ]) {
      await expect(provider.open(stored)).rejects.toMatchObject({ code: 'internal' });
    }
  });

  it('does not take what the service says for the key that was wrapped', async () => {
    const started = await start();
    await using _ = started.service;
    const provider = await openWith(started);
    const { id, wrapped } = await provider.create(installationId);
    started.service.mode = 'lies';
    await expect(provider.open({ id, installationId, wrapped })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining(id),
    });
  });

  it.each([
    ['denies', 'forbidden', 'denied'],
    ['disabled', 'unavailable', 'disabled'],
    ['no such key', 'invalid_input', 'no_such_key'],
    ['hangs', 'unavailable', 'no_answer'],
    ['broken', 'unavailable', 'failed'],
  ] as const)('says what to do when it %s', async (mode, code, reason) => {
    const started = await start();
    await using _ = started.service;
    const provider = await openWith(started, mode === 'hangs' ? 300 : 10_000);
    const { id, wrapped } = await openWith(started).then((each) => each.create(installationId));
    started.service.mode = mode;
    for (const ask of [
      () => provider.open({ id, installationId, wrapped }),
      () => provider.create(installationId),
    ]) {
      const failure: unknown = await ask().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, details: { reason } });
      expect(inspect(failure)).not.toMatch(/hvs\.test|machine-token/);
    }
  });

  it('says so when nobody is there', async () => {
    const started = await start();
    const provider = await openWith(started);
    const { id, wrapped } = await provider.create(installationId);
    await started.service[Symbol.asyncDispose]();
    await expect(provider.open({ id, installationId, wrapped })).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: 'no_answer' },
    });
  });
});

describe('who Plugboard is there', () => {
  it('is told to be unknown to AWS, and what to set', async () => {
    const started = await services['AWS KMS']!();
    await using _ = started.service;
    const provider = await openWith({
      ...started,
      env: { ...started.env, AWS_ACCESS_KEY_ID: 'OTHER' },
    });
    await expect(provider.create(installationId)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
  });

  it('is a token, an AppRole or a pod at Vault', async () => {
    const { service, text } = await services['Vault']!();
    await using _ = service;
    const folder = await mkdtemp(join(tmpdir(), 'plugboard-kms-'));
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'pod.jwt\n');
    const role = { PLUGBOARD_VAULT_ROLE_ID: 'role', PLUGBOARD_VAULT_SECRET_ID: 'shh' };
    const pod = {
      PLUGBOARD_VAULT_KUBERNETES_ROLE: 'plugboard',
      PLUGBOARD_VAULT_KUBERNETES_TOKEN_FILE: tokenFile,
    };
    const create = async (env: Record<string, string>, at = text) => {
      const place = { dataDir, env: { VAULT_NAMESPACE: 'acme', ...env } };
      return (await openKeyProvider(at, place)).create(installationId);
    };
    await create({ VAULT_TOKEN: 'hvs.test' });
    await create(role);
    await create(pod);
    await create(role, `vault-transit:${service.url}/team/transit/plugboard`);
    for (const wrong of [
      {},
      { VAULT_TOKEN: 'hvs.other' },
      { ...role, PLUGBOARD_VAULT_SECRET_ID: 'guess' },
      { ...pod, PLUGBOARD_VAULT_KUBERNETES_ROLE: 'other' },
    ]) {
      await expect(create(wrong)).rejects.toMatchObject({ code: 'forbidden' });
    }
    await expect(create({ ...role, VAULT_NAMESPACE: 'other' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await rm(folder, { recursive: true });
    await expect(create(pod)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each(['Google Cloud KMS', 'Vault'])('is not told to where %s redirects', async (name) => {
    const started = await services[name]!();
    await using _ = started.service;
    const provider = await openWith(started);
    started.service.mode = 'redirects';
    await expect(provider.create(installationId)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('openKeyProvider', () => {
  it.each([
    '',
    'kms',
    'file:/etc/passwd',
    'env:OTHER',
    'aws-kms',
    'aws-kms:alias/plugboard',
    'gcp-kms:projects/p',
    `gcp-kms:${gcpKeyName}/../../x`,
    'vault-transit:vault/plugboard',
    'vault-transit:https://vault.example.com/',
    'vault-transit:https://user:password@vault.example.com/plugboard',
  ])('refuses %j and says what is right', async (text) => {
    await expect(openKeyProvider(text, { dataDir, env: {} })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
