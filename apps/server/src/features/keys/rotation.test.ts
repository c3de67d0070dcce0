import { newId } from '@plugboard/contracts';
import { createSecretKey, randomBytes } from 'node:crypto';
import {
  type KeyProvider,
  masterKeyId,
  openKeyProvider,
  openOwnerKey,
  Secret,
  sealSecret,
} from '@plugboard/vault';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';
import { asRole } from '../../store/testing/test-database.ts';
import { createAgent } from '../agents/service.ts';
import type { CredentialOwner } from '../credentials/vault.ts';
import { destroyRetired, forgetBridges, formerKeptMs } from './destroy-retired.ts';
import { createInstallationKeys } from './installation-keys.ts';
import { createKeyring } from './keyring.ts';
import { type MasterKeys, openMasterKeys } from './master-keys.ts';
import { openInline } from './open-inline.ts';
import { beginMasterRotation, rewrapAll } from './rotate-master-key.ts';
import { beginOwnerRotation, resealOrganization } from './rotate-owner-keys.ts';
import { runRotations } from './rotation-jobs.ts';

let app: TestApp;
let organizationId: string;
beforeEach(async () => {
  app = await buildApp();
  ({ organizationId } = app);
});
afterEach(() => app[Symbol.asyncDispose]());

const never = new AbortController().signal;
const author = () => ({ organizationId });

/** Services whose clock is two hours ahead: what was kept has had its time. */
const later = () => ({ ...app.services, clock: () => Date.now() + 2 * formerKeptMs });

async function insertCredential(value: string, owner: CredentialOwner = { kind: 'organization' }) {
  const { db, vault, keyring } = app.services;
  await keyring.current({ organizationId, ...owner });
  const fields = { token: new Secret(value) };
  const name = newId();
  const row = await withTenant(db, organizationId, (tx) =>
    vault.insert(tx, { organizationId, owner, kind: 'api_key', name, fields }),
  );
  return row.id;
}

async function openCredential(credentialId: string): Promise<string | undefined> {
  const opened = await app.services.vault.open({ organizationId, credentialId }, { for: 'test' });
  return opened.fields['token']?.reveal();
}

const sourceIdentity = (id: string) => ({
  ownerId: organizationId,
  instanceId: id,
  name: 'source token',
});

/** A value that does not name its key. */
async function insertSource(value: string): Promise<string> {
  const id = newId();
  const key = await app.services.keyring.ownerKey(organizationId);
  await withTenant(app.services.db, organizationId, (tx) =>
    tx
      .insertInto('catalog_sources')
      .values({
        id,
        organization_id: organizationId,
        slug: `s-${id}`,
        title: 's',
        kind: 'registry',
        location: `https://${id}.example`,
        sealed_token: sealSecret(key, sourceIdentity(id), new Secret(value)),
      })
      .execute(),
  );
  return id;
}

async function openSource(id: string): Promise<string> {
  const { sealed_token: sealed } = await withTenant(app.services.db, organizationId, (tx) =>
    tx
      .selectFrom('catalog_sources')
      .select('sealed_token')
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  );
  return (await openInline(app.services.keyring, sourceIdentity(id), sealed!)).reveal();
}

function ownerKeyRows() {
  return withTenant(app.services.db, organizationId, (tx) =>
    tx.selectFrom('owner_keys').selectAll().orderBy('id').execute(),
  );
}

async function query(text: string): Promise<Record<string, unknown>[]> {
  return asRole(app.database.superuser, async (client) => (await client.query(text)).rows);
}

describe('rotating owner keys', () => {
  it('seals everything anew, for everybody, and destroys the former keys later', async () => {
    const agent = await createAgent(app.services, author(), { slug: 'bot' });
    const ours = await insertCredential('ours');
    const theirs = await insertCredential('theirs', { kind: 'agent', id: agent.id });
    const source = await insertSource('inline');
    const before = await ownerKeyRows();
    const { status, body } = await app.request('POST', '/vault/rotate');
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { state: 'running', kind: 'owner' },
    });
    await runRotations(app.services, organizationId, never);
    const { body: ended } = await app.request('GET', `/vault/rotations/${body.id}`);
    expect(ended).toMatchObject({ state: 'succeeded' });
    expect(ended.done).toBe(ended.total);

    const rows = await ownerKeyRows();
    expect(rows).toHaveLength(2 * before.length);
    expect(
      await query(
        `select 1 from credentials c join owner_keys k on k.id = c.owner_key_id where k.retired_at is not null`,
      ),
    ).toEqual([]);
    expect(await Promise.all([ours, theirs].map(openCredential))).toEqual(['ours', 'theirs']);
    expect(await openSource(source)).toBe('inline');
    // Not yet: somebody may be about to write what the former sealed.
    expect(await destroyRetired(app.services, organizationId, never)).toBe(0);
    expect(await destroyRetired(later(), organizationId, never)).toBe(before.length);
    expect((await ownerKeyRows()).map(({ id }) => id)).not.toContain(before[0]!.id);
    expect(await Promise.all([ours, theirs].map(openCredential))).toEqual(['ours', 'theirs']);
    expect(await openSource(source)).toBe('inline');
    const kinds = (await query(`select kind from audit_records order by seq`)).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(
      expect.arrayContaining(['owner_keys.rotated', 'owner_keys.resealed', 'owner_keys.destroyed']),
    );
  });

  it('leaves nothing in a copy of the database from before to open with the keys of after', async () => {
    const source = await insertSource('inline');
    const [backup] = await query(
      `select encode(sealed_token, 'hex') as hex from catalog_sources where id = '${source}'`,
    );
    await beginOwnerRotation(app.services, author());
    await runRotations(app.services, organizationId, never);
    await destroyRetired(later(), organizationId, never);
    await query(
      `update catalog_sources set sealed_token = decode('${String(backup!['hex'])}', 'hex') where id = '${source}'`,
    );
    await expect(openSource(source)).rejects.toMatchObject({ code: 'internal' });
  });

  it('goes on where it was ended, however often', async () => {
    const values = Array.from({ length: 230 }, (_, index) => `value ${index}`);
    const ids: string[] = [];
    for (const value of values.slice(0, 205)) ids.push(await insertCredential(value));
    const sources: string[] = [];
    for (const value of values.slice(205, 210)) sources.push(await insertSource(value));
    await beginOwnerRotation(app.services, author());
    let runs = 0;
    for (let ended = false; !ended; runs += 1) {
      const stop = new AbortController();
      let steps = 0;
      const resealed = await resealOrganization(app.services, organizationId, {
        signal: stop.signal,
        onProgress: async () => {
          steps += 1;
          if (steps > runs) stop.abort(new Error('killed'));
        },
      }).catch((error: unknown) => error);
      ended = !(resealed instanceof Error);
      expect(await openCredential(ids[runs]!)).toBe(values[runs]);
    }
    expect(runs).toBeGreaterThan(3);
    await runRotations(app.services, organizationId, never);
    await destroyRetired(later(), organizationId, never);
    for (const at of [0, 99, 100, 204]) expect(await openCredential(ids[at]!)).toBe(values[at]);
    for (const [at, id] of sources.entries()) expect(await openSource(id)).toBe(values[205 + at]);
  });

  it('loses nothing that is sealed meanwhile, by two nodes rotating at once', async () => {
    const written: { id: string; value: string }[] = [];
    const stop = { now: false };
    const write = async () => {
      while (!stop.now) {
        const value = newId();
        written.push({ id: await insertCredential(value), value });
      }
    };
    const writers = [write(), write(), write()];
    for (let round = 0; round < 4; round += 1) {
      await beginOwnerRotation(app.services, author());
      await Promise.all([
        resealOrganization(app.services, organizationId, { signal: never }),
        resealOrganization(app.services, organizationId, { signal: never }),
      ]);
      await runRotations(app.services, organizationId, never);
    }
    stop.now = true;
    await Promise.all(writers);
    await destroyRetired(later(), organizationId, never);
    expect(await ownerKeyRows()).toHaveLength(1);
    expect(written.length).toBeGreaterThan(0);
    for (const { id, value } of written) expect(await openCredential(id)).toBe(value);
  });

  it('follows a value that somebody writes back as the former key sealed it', async () => {
    const source = await insertSource('late');
    const [stale] = await query(
      `select encode(sealed_token, 'hex') as hex from catalog_sources where id = '${source}'`,
    );
    await beginOwnerRotation(app.services, author());
    await runRotations(app.services, organizationId, never);
    await query(
      `update catalog_sources set sealed_token = decode('${String(stale!['hex'])}', 'hex') where id = '${source}'`,
    );
    expect(await openSource(source)).toBe('late');
    await destroyRetired(later(), organizationId, never);
    expect(await openSource(source)).toBe('late');
  });

  it('begins no second time while it is under way, and says so', async () => {
    await beginOwnerRotation(app.services, author());
    const { status, body } = await app.request('POST', '/vault/rotate');
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'conflict' });
    expect((await ownerKeyRows()).filter(({ retired_at: at }) => at === null)).toHaveLength(1);
  });

  it('tells of values that no key opens, leaves them, and ends', async () => {
    const credential = await insertCredential('spoilt');
    const source = await insertSource('moved');
    await query(
      `update credentials set sealed_key = sealed_key || 'x'::bytea where id = '${credential}'`,
    );
    await query(
      `update catalog_sources set sealed_token = sealed_token || 'x'::bytea where id = '${source}'`,
    );
    await beginOwnerRotation(app.services, author());
    await runRotations(app.services, organizationId, never);
    const { body } = await app.request('GET', '/vault');
    expect(body.rotations[0]).toMatchObject({ state: 'succeeded', note: /^2 sealed values/ });
  });
});

describe('rotating the master key', () => {
  /** Another node on the same database, with what it was set to. */
  const startNode = (provider: KeyProvider, previous?: KeyProvider): Promise<MasterKeys> =>
    openMasterKeys({ db: app.services.db, provider, previous, provide: provideAt(app.dataDir) });

  const provideAt = (dataDir: string) => (text: string) =>
    openKeyProvider(text, { dataDir, env: {} });
  const keyringOf = (masterKeys: MasterKeys) =>
    createKeyring({ db: app.services.db, masterKeys, onChange: () => () => true });

  async function moveToFile(): Promise<string> {
    const { status, body } = await app.request('POST', '/vault/rotate-master', {
      provider: 'file',
    });
    expect({ status, kind: body.kind }).toEqual({ status: 200, kind: 'master' });
    await runRotations(app.services, organizationId, never);
    return app.services.masterKeys.current.id;
  }

  it('moves from the environment to a file, and the start after needs the file alone', async () => {
    const credential = await insertCredential('kept');
    const [before] = await ownerKeyRows();
    const former = app.services.masterKeys.current;
    const audit = await app.services.installationKey('audit-checkpoints');
    const id = await moveToFile();
    expect(id).not.toBe(former.id);
    expect(await openCredential(credential)).toBe('kept');
    const [after] = await ownerKeyRows();
    expect(after).toMatchObject({ id: before!.id, master_key_id: id });
    const identity = {
      organizationId,
      ownerKind: 'organization',
      ownerId: organizationId,
      keyId: after!.id,
    } as const;
    expect(() => openOwnerKey(former.key, identity, after!.sealed)).toThrow();

    const node = await startNode(await provideAt(app.dataDir)('file'));
    expect(node.current.id).toBe(id);
    expect((await keyringOf(node).current({ organizationId, kind: 'organization' })).id).toBe(
      after!.id,
    );
    // What must outlive it did, on a node that never saw the former key.
    const again = await createInstallationKeys({ db: app.services.db, masterKeys: node })(
      'audit-checkpoints',
    );
    expect(again.equals(audit)).toBe(true);
    const verified = await app.request('POST', '/audit/verify', {});
    expect(verified.body).toMatchObject({ ok: true });
    const { body } = await app.request('GET', '/vault');
    expect(body).toMatchObject({
      masterKey: { id, provider: 'file', inUse: true },
      former: [{ id: former.id, provider: 'env', inUse: false }],
      configuredProvider: 'env',
      rotations: [{ kind: 'master', state: 'succeeded' }],
    });
  });

  it('is followed by nodes that have only the former key, until they had their time', async () => {
    const { provider } = app.services.masterKeys;
    const other = await startNode(provider);
    const id = await moveToFile();
    expect((await keyringOf(other).all({ organizationId, kind: 'organization' })).length).toBe(1);
    expect(other.current.id).toBe(id);
    // Even one that starts now.
    expect((await startNode(provider)).current.id).toBe(id);
    await forgetBridges(later());
    await expect(
      openMasterKeys({ db: app.services.db, provider, provide: provideAt('/nonexistent') }),
    ).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(id) });
  });

  it('goes on where it was ended, and starts with both keys meanwhile', async () => {
    for (let count = 0; count < 3; count += 1) {
      const agent = await createAgent(app.services, author(), { slug: `a${count}` });
      await app.services.keyring.current({ organizationId, kind: 'agent', id: agent.id });
    }
    const { provider, current: former } = app.services.masterKeys;
    await beginMasterRotation(app.services, author(), 'file');
    const stop = new AbortController();
    const ended = rewrapAll(app.services, {
      signal: stop.signal,
      onProgress: async () => stop.abort(new Error('killed')),
    });
    await expect(ended).rejects.toThrow('killed');
    // Installation keys are under the former still: it must be there.
    const files = await provideAt(app.dataDir)('file');
    await expect(startNode(files)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`away from the master key ${former.id}`),
    });
    const node = await startNode(files, provider);
    const again = await startNode(provider);
    await Promise.all(
      [node, again].map((masterKeys) =>
        rewrapAll({ ...app.services, masterKeys }, { signal: never }),
      ),
    );
    expect(
      await query('select 1 from master_keys where retired_at is not null and emptied_at is null'),
    ).toEqual([]);
    expect((await startNode(files)).current.id).toBe(node.current.id);
    await createInstallationKeys({ db: app.services.db, masterKeys: node })('request-state');
  });

  it('seals nothing under a key that was replaced, whoever has not heard of it', async () => {
    const { provider } = app.services.masterKeys;
    const deaf = keyringOf(await startNode(provider));
    await moveToFile();
    const agent = await createAgent(app.services, author(), { slug: 'late' });
    await deaf.current({ organizationId, kind: 'agent', id: agent.id });
    const rows = await ownerKeyRows();
    expect(new Set(rows.map((row) => row.master_key_id))).toEqual(
      new Set([app.services.masterKeys.current.id]),
    );
  });

  it('is begun by an operator who sets another key beside the one before', async () => {
    const credential = await insertCredential('kept');
    const { provider, current: former } = app.services.masterKeys;
    const key = createSecretKey(randomBytes(32));
    const env = { PLUGBOARD_MASTER_KEY: key.export().toString('hex') };
    const next = await openKeyProvider('env', { dataDir: app.dataDir, env });
    await expect(startNode(next)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('PLUGBOARD_MASTER_KEY_PREVIOUS'),
    });
    expect(await query('select id from master_keys')).toEqual([{ id: former.id }]);
    const node = await startNode(next, provider);
    expect(node.current.id).toBe(masterKeyId(key));
    await rewrapAll({ ...app.services, masterKeys: node }, { signal: never });
    await app.services.masterKeys.refresh();
    await forgetBridges(later());
    expect((await startNode(next)).current.id).toBe(node.current.id);
    expect(await openCredential(credential)).toBe('kept');
    // Going back to a key that was replaced is a mistake, or somebody's who found it.
    await expect(startNode(provider, next)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('changes nothing when the provider gives no key', async () => {
    const { current } = app.services.masterKeys;
    for (const provider of ['env', 'vault-transit:http://127.0.0.1:9/plugboard']) {
      const { status } = await app.request('POST', '/vault/rotate-master', { provider });
      expect([400, 403, 503]).toContain(status);
    }
    const { status } = await app.request('POST', '/vault/rotate-master', { provider: 'file:/etc' });
    expect(status).toBe(400);
    await app.services.masterKeys.refresh();
    expect(app.services.masterKeys.current.id).toBe(current.id);
    expect(await query('select id from master_keys')).toHaveLength(1);
  });

  it('does not cross to a key that whoever writes the database put there', async () => {
    const { provider } = app.services.masterKeys;
    const id = masterKeyId(createSecretKey(randomBytes(32)));
    await query(`update master_keys set retired_at = now()`);
    await query(`insert into master_keys (id, installation_id, provider, bridge)
      select '${id}', installation_id, 'file', '\\x01'::bytea || sealed from master_keys, installation_keys limit 1`);
    await expect(startNode(provider)).rejects.toMatchObject({ code: 'internal' });
  });
});
