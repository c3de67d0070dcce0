import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';
import { asRole, buildOrganization } from '../../store/testing/test-database.ts';
import { createAgent } from '../agents/service.ts';
import type { KeyOwner } from './key-owner.ts';
import { createKeyring } from './keyring.ts';

let app: TestApp;
let organizationId: string;
beforeAll(async () => {
  app = await buildApp();
  ({ organizationId } = app);
});
afterAll(() => app[Symbol.asyncDispose]());

/** Another node's, which remembers nothing. */
function freshKeyring() {
  const { db, masterKeys } = app.services;
  return createKeyring({ db, masterKeys, onChange: () => () => true });
}

async function buildAgent(): Promise<Extract<KeyOwner, { kind: 'agent' | 'member' }>> {
  const slug = `a-${newId()}`;
  const { id } = await createAgent(app.services, { organizationId }, { slug });
  return { organizationId, kind: 'agent', id };
}

async function tamper(text: string, values: unknown[] = []): Promise<void> {
  await asRole(app.database.superuser, (client) => client.query(text, values));
}

describe('the keyring', () => {
  it('makes one key for an owner, however many nodes ask for it at once', async () => {
    const owner = await buildAgent();
    const keyrings = Array.from({ length: 8 }, freshKeyring);
    const keys = await Promise.all(keyrings.map((each) => each.current(owner)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(keys.every(({ key }) => key.equals(keys[0]!.key))).toBe(true);
    expect(await freshKeyring().all(owner)).toHaveLength(1);
    const found = await freshKeyring().find(organizationId, keys[0]!.id);
    expect(found.key.equals(keys[0]!.key)).toBe(true);
  });

  it('gives each owner another key, and an organization the one that it has', async () => {
    const { keyring } = app.services;
    const own = await keyring.current({ organizationId, kind: 'organization' });
    expect(own.key.equals(await keyring.ownerKey(organizationId))).toBe(true);
    const [one, two] = [await buildAgent(), await buildAgent()];
    const keys = [own, await keyring.current(one), await keyring.current(two)];
    expect(new Set(keys.map(({ key }) => key.export().toString('hex'))).size).toBe(3);
  });

  it('makes none for somebody who is not there, or is another organization’s', async () => {
    const { keyring } = app.services;
    const id = newId();
    for (const kind of ['member', 'agent'] as const) {
      await expect(keyring.current({ organizationId, kind, id })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    const other = await buildOrganization(app.services.db);
    const agent = await buildAgent();
    const stranger = { ...agent, organizationId: other };
    await expect(keyring.current(stranger)).rejects.toMatchObject({ code: 'not_found' });
    const { id: keyId } = await keyring.current(agent);
    await expect(keyring.find(other, keyId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('destroys the keys of an agent that is revoked, on every node', async () => {
    const owner = await buildAgent();
    const { keyring } = app.services;
    const { id } = await keyring.current(owner);
    const { status } = await app.request('DELETE', `/agents/${owner.id}`);
    expect(status).toBe(200);
    await expect(keyring.find(organizationId, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(keyring.current(owner)).rejects.toMatchObject({ code: 'not_found' });
    expect(await keyring.all(owner)).toEqual([]);
  });

  it('does not make a key for an agent that is being revoked', async () => {
    const owner = await buildAgent();
    const { db, keyring } = app.services;
    let making: Promise<unknown> | undefined;
    await withTenant(db, organizationId, async (tx) => {
      await tx.deleteFrom('agents').where('id', '=', owner.id).execute();
      making = freshKeyring().current(owner);
      making.catch(() => undefined);
      await keyring.destroy(tx, owner);
    });
    await expect(making).rejects.toMatchObject({ code: 'not_found' });
    expect(await freshKeyring().all(owner)).toEqual([]);
  });

  it('opens no row that was moved, changed, or given back its first form', async () => {
    const [ann, ben] = [await buildAgent(), await buildAgent()];
    const { id } = await freshKeyring().current(ann);
    const other = await freshKeyring().current(ben);
    const original = await withTenant(app.services.db, organizationId, (tx) =>
      tx.selectFrom('owner_keys').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    );
    const changed = Buffer.from(original.sealed);
    changed[20] = (changed[20] ?? 0) ^ 1;
    const set = (columns: string, values: unknown[]) =>
      tamper(`update owner_keys set ${columns} where id = '${id}'`, values);
    const isRefused = async () => {
      await expect(freshKeyring().find(organizationId, id)).rejects.toMatchObject({
        code: 'internal',
      });
      await expect(freshKeyring().all(ann)).rejects.toMatchObject({ code: 'internal' });
    };
    for (const sealed of [
      changed,
      original.sealed.subarray(0, 40),
      Buffer.alloc(0),
      (
        await withTenant(app.services.db, organizationId, (tx) =>
          tx
            .selectFrom('owner_keys')
            .select('sealed')
            .where('id', '=', other.id)
            .executeTakeFirstOrThrow(),
        )
      ).sealed,
    ]) {
      await set('sealed = $1', [sealed]);
      await isRefused();
    }
    await set('sealed = $1, master_key_id = null', [original.sealed]);
    await isRefused();
    await set('master_key_id = $1', [original.master_key_id]);
    await freshKeyring().find(organizationId, id);
    // Given to another owner, who has no other key.
    await tamper(`delete from owner_keys where id = '${other.id}'`);
    await set('owner_id = $1', [ben.id]);
    await expect(freshKeyring().all(ben)).rejects.toMatchObject({ code: 'internal' });
    await set('owner_id = $1, owner_kind = $2', [ann.id, 'member']);
    await expect(freshKeyring().find(organizationId, id)).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('remembers nothing that it read before a key was dropped', async () => {
    const owner = await buildAgent();
    const { keyring } = app.services;
    await keyring.current(owner);
    const reading = Array.from({ length: 5 }, () => keyring.all(owner));
    await app.request('DELETE', `/agents/${owner.id}`);
    await Promise.allSettled(reading);
    expect(await keyring.all(owner)).toEqual([]);
  });
});

describe('keys of the installation', () => {
  it('are the same on every node, and one for each purpose', async () => {
    const { createInstallationKeys } = await import('./installation-keys.ts');
    const nodes = Array.from({ length: 4 }, () => createInstallationKeys(app.services));
    const keys = await Promise.all(nodes.map((each) => each('test-purpose')));
    expect(new Set(keys.map((key) => key.export().toString('hex'))).size).toBe(1);
    expect((await nodes[0]!('other-purpose')).equals(keys[0]!)).toBe(false);
  });

  it('do not open as another purpose’s', async () => {
    const { createInstallationKeys } = await import('./installation-keys.ts');
    await app.services.installationKey('victim');
    await tamper(
      `update installation_keys set sealed = (select sealed from installation_keys where purpose = 'request-state') where purpose = 'victim'`,
    );
    await expect(createInstallationKeys(app.services)('victim')).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
