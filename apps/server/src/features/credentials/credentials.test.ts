import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import type { Role } from '../members/policy.ts';
import { withTenant } from '../../store/tenant.ts';

let app: TestApp;
const keys = new Map<Role, string>();
beforeAll(async () => {
  app = await buildApp();
  for (const role of ['admin', 'member', 'auditor'] as const) {
    keys.set(role, await app.buildMember(role));
  }
});
afterAll(() => app[Symbol.asyncDispose]());

const secret = () => `canary-${newId()}-${'x9'.repeat(8)}`;

async function create(body: object, key?: string) {
  return app.request(
    'POST',
    '/credentials',
    { name: newId().replace(/^/, 'c-'), kind: 'api_key', owner: { kind: 'organization' }, ...body },
    key,
  );
}

async function lastRecord(kind: string): Promise<Record<string, unknown>> {
  const { body } = await app.request('GET', `/audit?kind=${kind}&limit=1`);
  return body.entries?.[0] ?? body;
}

function openAs(credentialId: string, version?: number) {
  return app.services.vault.open(
    { organizationId: app.organizationId, credentialId },
    { for: 'start' },
    version,
  );
}

describe('a credential', () => {
  it('is sealed, shown without its secret, and opened with a record of it', async () => {
    const key = secret();
    const made = await create({ fields: { key }, labels: ['prod'] });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      kind: 'api_key',
      version: 1,
      owner: { kind: 'organization' },
      facts: { hint: `…${key.slice(-4)}`, fields: ['key'] },
      labels: ['prod'],
      expiry: 'never',
      uses: 0,
      advice: [],
    });
    for (const path of ['/credentials', `/credentials/${made.body.id}`, '/audit']) {
      expect(JSON.stringify((await app.request('GET', path)).body)).not.toContain(key);
    }
    const opened = await openAs(made.body.id);
    expect(opened.fields['key']?.reveal()).toBe(key);
    expect(JSON.stringify(opened)).not.toContain(key);
    expect(JSON.stringify(await lastRecord('credential.opened'))).toContain(made.body.id);
  });

  it('opens many at once, each on record', async () => {
    const made = await Promise.all(
      Array.from({ length: 5 }, (_, index) => create({ fields: { key: `k-${index}` } })),
    );
    const opened = await Promise.all(
      Array.from({ length: 50 }, (_, index) => openAs(made[index % 5]?.body.id)),
    );
    expect(opened.map(({ fields }) => fields['key']?.reveal())).toEqual(
      Array.from({ length: 50 }, (_, index) => `k-${index % 5}`),
    );
  });

  it('has one name for each owner', async () => {
    const name = `twice-${newId()}`;
    expect((await create({ name, fields: { key: 'a' } })).status).toBe(201);
    const again = await create({ name, fields: { key: 'b' } });
    expect(again.status).toBe(409);
    expect((await create({ name, owner: { kind: 'member' }, fields: { key: 'b' } })).status).toBe(
      201,
    );
  });

  it('is refused with what is wrong, and without what was sent', async () => {
    const key = `"${secret()}"`;
    const { status, body } = await create({ fields: { key } });
    expect(status).toBe(400);
    expect(body.message).toMatch(/key stands in quotation marks/);
    expect(JSON.stringify(body)).not.toContain(key.slice(3, -3));
    const misplaced = await create({ fields: { [secret()]: '' } });
    expect(JSON.stringify(misplaced.body)).not.toContain('canary');
    const long = await create({ fields: { key: 's'.repeat(70_000) } });
    expect(long.status).toBe(400);
    expect(JSON.stringify(long.body).length).toBeLessThan(2000);
  });
});

describe('versions', () => {
  it('are kept, gone back to, and replaced only where the expected one is current', async () => {
    const { body: made } = await create({ fields: { key: 'first-key' } });
    const replace = (body: object) => app.request('POST', `/credentials/${made.id}/replace`, body);
    expect((await replace({ fields: { key: 'second-key' } })).body.version).toBe(2);
    expect((await replace({ fields: { key: 'x' }, expectedVersion: 1 })).status).toBe(409);
    expect((await openAs(made.id)).fields['key']?.reveal()).toBe('second-key');
    expect((await openAs(made.id, 1)).fields['key']?.reveal()).toBe('first-key');
    const back = await app.request('POST', `/credentials/${made.id}/rollback`, { version: 1 });
    expect(back.body.version).toBe(3);
    expect((await openAs(made.id)).fields['key']?.reveal()).toBe('first-key');
    const { body } = await app.request('GET', `/credentials/${made.id}/versions`);
    expect(body.versions).toMatchObject([
      { version: 3, current: true, kept: true, note: 'As version 1' },
      { version: 2, current: false, kept: true },
      { version: 1, current: false, kept: true },
    ]);
  });

  it('are destroyed when they are not to be kept', async () => {
    const { body: made } = await create({ fields: { key: 'first-key' } });
    await app.request('POST', `/credentials/${made.id}/replace`, {
      fields: { key: 'second-key' },
      keep: false,
    });
    await expect(openAs(made.id, 1)).rejects.toMatchObject({ code: 'not_found' });
    const back = await app.request('POST', `/credentials/${made.id}/rollback`, { version: 1 });
    expect(back.status).toBe(404);
  });

  it('follow each other one by one, however many come at once', async () => {
    const { body: made } = await create({ fields: { key: 'first-key' } });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        app.request('POST', `/credentials/${made.id}/replace`, {
          fields: { key: `key-${index}` },
          expectedVersion: 1,
        }),
      ),
    );
    const counts = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(counts).toEqual([200, 409, 409, 409, 409, 409]);
    expect((await openAs(made.id)).version).toBe(2);
  });
});

describe('destroying', () => {
  it('leaves nothing that could be opened, and the name free', async () => {
    const name = `gone-${newId()}`;
    const { body: made } = await create({ name, fields: { key: 'some-key' } });
    expect((await app.request('DELETE', `/credentials/${made.id}`)).status).toBe(200);
    await expect(openAs(made.id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await app.request('GET', `/credentials/${made.id}`)).status).toBe(404);
    const left = await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .selectFrom('credentials')
        .leftJoin('credential_versions', 'credential_versions.credential_id', 'credentials.id')
        .where('credentials.id', '=', made.id)
        .select(['sealed_key', 'sealed', 'credentials.destroyed_at'])
        .executeTakeFirstOrThrow(),
    );
    expect(left).toMatchObject({ sealed_key: null, sealed: null, destroyed_at: expect.any(Date) });
    expect((await create({ name, fields: { key: 'some-key' } })).status).toBe(201);
    expect((await app.request('DELETE', `/credentials/${made.id}`)).status).toBe(404);
  });

  it('cannot be undone by putting kept rows back', async () => {
    const { body: made } = await create({ fields: { key: 'some-key' } });
    const kept = await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .selectFrom('credential_versions')
        .select('sealed')
        .where('credential_id', '=', made.id)
        .executeTakeFirstOrThrow(),
    );
    await app.request('DELETE', `/credentials/${made.id}`);
    await withTenant(app.services.db, app.organizationId, (tx) =>
      tx
        .updateTable('credential_versions')
        .set({ sealed: kept.sealed, destroyed_at: null })
        .where('credential_id', '=', made.id)
        .execute(),
    );
    await expect(openAs(made.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(openAs(made.id, 1)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('and opening at the same time end either way, never in between', async () => {
    const { body: made } = await create({ fields: { key: 'some-key' } });
    const opens = Array.from({ length: 20 }, () =>
      openAs(made.id).then(
        ({ fields }) => fields['key']?.reveal(),
        (error: { code?: string }) => error.code,
      ),
    );
    await app.request('DELETE', `/credentials/${made.id}`);
    for (const outcome of await Promise.all(opens)) {
      expect(['some-key', 'not_found']).toContain(outcome);
    }
    await expect(openAs(made.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('rows that somebody moved', () => {
  it('do not open under another owner, id or version, and that is on record', async () => {
    const { body: one } = await create({ fields: { key: 'key-of-one' } });
    const { body: two } = await create({
      fields: { key: 'key-of-two' },
      owner: { kind: 'member' },
    });
    await withTenant(app.services.db, app.organizationId, async (tx) => {
      const from = await tx
        .selectFrom('credentials')
        .innerJoin('credential_versions as v', 'v.credential_id', 'credentials.id')
        .select(['sealed_key', 'owner_key_id', 'sealed'])
        .where('credentials.id', '=', one.id)
        .executeTakeFirstOrThrow();
      await tx
        .updateTable('credentials')
        .set({ sealed_key: from.sealed_key, owner_key_id: from.owner_key_id })
        .where('id', '=', two.id)
        .execute();
      await tx
        .updateTable('credential_versions')
        .set({ sealed: from.sealed })
        .where('credential_id', '=', two.id)
        .execute();
    });
    await expect(openAs(two.id)).rejects.toMatchObject({ code: 'internal' });
    expect(JSON.stringify(await lastRecord('credential.refused'))).toContain('does_not_open');
  });
});

describe('who may do what', () => {
  it('members have their own alone; admins see that they are, and may destroy them', async () => {
    const member = keys.get('member');
    const admin = keys.get('admin');
    const own = await create({ owner: { kind: 'member' }, fields: { key: secret() } }, member);
    expect(own.status).toBe(201);
    const path = `/credentials/${own.body.id}`;
    const shared = await create({ fields: { key: 'shared-key' } });

    expect((await create({ fields: { key: 'x' } }, member)).status).toBe(403);
    expect(
      (await create({ owner: { kind: 'agent', agent: 'demo' }, fields: { key: 'x' } }, member))
        .status,
    ).toBe(403);
    expect(
      (await app.request('GET', `/credentials/${shared.body.id}`, undefined, member)).status,
    ).toBe(404);
    const listed = await app.request('GET', '/credentials', undefined, member);
    expect(listed.body.credentials.map(({ id }: { id: string }) => id)).toEqual([own.body.id]);

    for (const key of [admin, app.ownerKey]) {
      expect((await app.request('GET', path, undefined, key)).status).toBe(200);
      expect(
        (await app.request('POST', `${path}/replace`, { fields: { key: 'x' } }, key)).status,
      ).toBe(403);
      expect((await app.request('POST', `${path}/rollback`, { version: 1 }, key)).status).toBe(403);
      expect((await app.request('POST', `${path}/test`, {}, key)).status).toBe(403);
      expect((await app.request('PATCH', path, { name: 'mine' }, key)).status).toBe(403);
    }
    const auditor = keys.get('auditor');
    expect((await app.request('GET', path, undefined, auditor)).status).toBe(200);
    expect((await app.request('DELETE', path, undefined, auditor)).status).toBe(403);
    expect(
      (await create({ owner: { kind: 'member' }, fields: { key: 'x' } }, auditor)).status,
    ).toBe(403);
    expect((await app.request('DELETE', path, undefined, admin)).status).toBe(200);
  });

  it('nobody reaches those of another organization', async () => {
    const { body: made } = await create({ fields: { key: 'some-key' } });
    await expect(
      app.services.vault.open({ organizationId: newId(), credentialId: made.id }, { for: 'start' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('lists and many at once', () => {
  it('finds by word, kind, label, use and expiry', async () => {
    const name = `Findable ${newId()}`;
    const expiresAt = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const { body: made } = await create({
      name,
      fields: { key: 'k' },
      labels: ['team:x'],
      expiresAt,
    });
    expect(made.expiry).toBe('soon');
    const ids = async (query: string) => {
      const { body } = await app.request('GET', `/credentials?${query}`);
      return body.credentials.map(({ id }: { id: string }) => id);
    };
    for (const query of [
      'q=findable',
      'label=team:x',
      'unused=true',
      'expiring=7',
      'kind=api_key',
    ]) {
      expect(await ids(query)).toContain(made.id);
    }
    for (const query of ['q=nothing-like-it', 'expiring=1', 'kind=basic', 'owner=agent']) {
      expect(await ids(query)).not.toContain(made.id);
    }
  });

  it('does what it can, and tells of each what came of it', async () => {
    const [a, b] = [await create({ fields: { key: 'a' } }), await create({ fields: { key: 'b' } })];
    const own = await create(
      { owner: { kind: 'member' }, fields: { key: 'c' } },
      keys.get('member'),
    );
    const bulk = (body: object) => app.request('POST', '/credentials/bulk', body);
    const credentials = [a.body.id, own.body.id, newId(), b.body.id];
    const labelled = await bulk({ action: 'label', credentials, add: ['x'] });
    expect(labelled.body.outcomes).toMatchObject([
      { ok: true },
      { ok: false, code: 'forbidden' },
      { ok: false, code: 'not_found' },
      { ok: true },
    ]);
    const destroyed = await bulk({ action: 'destroy', credentials: [a.body.id, b.body.id] });
    expect(destroyed.body.outcomes).toMatchObject([{ ok: true }, { ok: true }]);
  });
});
