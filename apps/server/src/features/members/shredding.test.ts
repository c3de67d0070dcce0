import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

it('leaves nothing that opens of what a removed member had, from rows that were kept neither', async () => {
  const { organizationId } = app;
  const { db, vault } = app.services;
  const key = await app.buildMember('member');
  const body = {
    name: `own-${newId()}`,
    kind: 'api_key',
    owner: { kind: 'member' },
    fields: { key: 'canary-of-the-leaver' },
  };
  const made = await app.request('POST', '/credentials', body, key);
  const credentialId: string = made.body.id;
  const memberId: string = made.body.owner.id;
  const ref = { organizationId, credentialId };
  const opened = await vault.open(ref, { for: 'test', memberId });
  expect(opened.fields['key']?.reveal()).toBe('canary-of-the-leaver');

  const kept = await withTenant(db, organizationId, async (tx) => ({
    credential: await tx
      .selectFrom('credentials')
      .selectAll()
      .where('id', '=', credentialId)
      .executeTakeFirstOrThrow(),
    versions: await tx
      .selectFrom('credential_versions')
      .selectAll()
      .where('credential_id', '=', credentialId)
      .execute(),
    member: await tx
      .selectFrom('members')
      .selectAll()
      .where('id', '=', memberId)
      .executeTakeFirstOrThrow(),
  }));
  expect((await app.request('DELETE', `/members/${memberId}`)).status).toBe(200);
  await expect(vault.open(ref, { for: 'test' })).rejects.toMatchObject({ code: 'not_found' });

  const { facts, labels, test, ...credential } = kept.credential;
  const keys = await withTenant(db, organizationId, (tx) =>
    tx.selectFrom('owner_keys').select('id').where('owner_id', '=', memberId).execute(),
  );
  expect(keys).toEqual([]);
  // As from a copy of the database: the rows are back, but not the key that they were sealed under.
  const another = await app.services.keyring.current({ organizationId, kind: 'organization' });
  await withTenant(db, organizationId, async (tx) => {
    await tx.insertInto('members').values(kept.member).execute();
    await tx
      .insertInto('credentials')
      .values({
        ...credential,
        owner_key_id: another.id,
        facts: JSON.stringify(facts),
        labels,
        test: test === null ? null : JSON.stringify(test),
      })
      .execute();
    await tx.insertInto('credential_versions').values(kept.versions).execute();
  });
  const failure = await vault.open(ref, { for: 'test' }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(String(failure)).not.toContain('canary');
});
