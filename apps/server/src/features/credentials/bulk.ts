import { isAppError } from '@plugboard/contracts';
import type { BulkCredentialsInput, BulkOutcome } from '@plugboard/contracts/api';

import { withTenant } from '../../store/tenant.ts';
import type { Actor } from '../members/policy.ts';
import { changeCredential, destroyCredential } from './change-credential.ts';
import { requireVisible } from './queries.ts';
import { testCredential, type TestServices } from './probes/test-credential.ts';

/** How many services are asked at once. */
const atOnce = 4;

/**
 * Does one thing to many credentials, each in a transaction of its own: what is refused for one is
 * told, and does not keep the others from it.
 */
export async function changeMany(
  services: TestServices,
  actor: Actor,
  input: BulkCredentialsInput,
  signal: AbortSignal,
): Promise<BulkOutcome[]> {
  const refs = [...new Set(input.credentials)];
  const outcomes: BulkOutcome[] = [];
  const width = input.action === 'test' ? atOnce : 1;
  for (let at = 0; at < refs.length; at += width) {
    const some = refs.slice(at, at + width);
    outcomes.push(...(await Promise.all(some.map((ref) => tell(ref)))));
  }
  return outcomes;

  async function tell(ref: string): Promise<BulkOutcome> {
    try {
      const { id } = await withTenant(services.db, actor.organizationId, (db) =>
        requireVisible(db, actor, ref),
      );
      const { ok, message } = await changeOne(services, actor, input, id, signal);
      return { credential: ref, id, ok, message };
    } catch (error) {
      if (!isAppError(error) || signal.aborted) throw error;
      return { credential: ref, ok: false, message: error.message, code: error.code };
    }
  }
}

async function changeOne(
  services: TestServices,
  actor: Actor,
  input: BulkCredentialsInput,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly message: string }> {
  switch (input.action) {
    case 'label': {
      const { labels } = await withTenant(services.db, actor.organizationId, (db) =>
        requireVisible(db, actor, id),
      );
      const left = labels.filter((label) => !input.remove.includes(label));
      const wanted = [...new Set([...left, ...input.add])];
      await changeCredential(services, actor, { credential: id, labels: wanted });
      return { ok: true, message: wanted.length > 0 ? wanted.join(', ') : 'no labels' };
    }
    case 'destroy':
      await destroyCredential(services, actor, id, input.force);
      return { ok: true, message: 'destroyed' };
    case 'expiry':
      await changeCredential(services, actor, { credential: id, expiresAt: input.expiresAt });
      return { ok: true, message: input.expiresAt ?? 'does not expire' };
    case 'test': {
      const { outcome, message } = await testCredential(services, actor, id, signal);
      return { ok: outcome === 'accepted', message };
    }
  }
}
