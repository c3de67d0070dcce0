import { join } from 'node:path';

import { newId } from '@plugboard/contracts';
import { type IssuedToken, issueToken, parseToken, type TokenKind } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectAgent } from '../agents/queries.ts';
import type { ChangeServices } from '../change.ts';
import { selectTokens } from '../tokens/queries.ts';
import { createToken } from '../tokens/service.ts';
import { demoAgent } from './first-organization.ts';
import { readKeyFile, writeKeyFile } from './key-file.ts';

type Services = ChangeServices & Pick<AppServices, 'server'>;

/** Where the first keys lie, each readable for the server's user alone. */
export function keyFiles(dataDir: string): { readonly owner: string; readonly demo: string } {
  return { owner: join(dataDir, 'owner.key'), demo: join(dataDir, 'demo-agent.token') };
}

/** Makes the owner's API key, unless the organization has or had one. */
export async function ensureOwnerKey(services: Services, organizationId: string): Promise<void> {
  const { db, audit, clock, server } = services;
  const known = await withTenant(db, organizationId, (tx) =>
    tx.selectFrom('api_keys').select('id').limit(1).executeTakeFirst(),
  );
  if (known) return;
  const issued = await issueIntoFile('api', organizationId, keyFiles(server.dataDir).owner);
  await withTenant(db, organizationId, async (tx) => {
    const owner = await tx
      .selectFrom('members')
      .select('id')
      .where('role', '=', 'owner')
      .orderBy('id')
      .executeTakeFirstOrThrow();
    const id = newId();
    await tx
      .insertInto('api_keys')
      .values({
        id,
        organization_id: organizationId,
        member_id: owner.id,
        name: 'owner.key',
        hash: issued.hash,
      })
      .execute();
    await audit.appendWithin(tx, organizationId, {
      kind: 'api_key.created',
      at: clock(),
      change: { id, memberId: owner.id, name: 'owner.key', hint: issued.hint },
    });
  });
}

/** Makes the demo agent's token, unless the agent has or had one, or is gone. */
export async function ensureDemoToken(services: Services, organizationId: string): Promise<void> {
  const needed = await withTenant(services.db, organizationId, async (tx) => {
    const agent = await selectAgent(tx, demoAgent);
    return agent !== undefined && (await selectTokens(tx, agent.id)).length === 0;
  });
  if (!needed) return;
  const issued = await issueIntoFile(
    'agent',
    organizationId,
    keyFiles(services.server.dataDir).demo,
  );
  await createToken(services, { organizationId }, { agent: demoAgent, name: 'demo', issued });
}

/**
 * The file comes first: when the process dies before the store knows the key, the next start finds
 * it there and goes on, and no key that nobody holds is ever known.
 */
async function issueIntoFile(
  kind: TokenKind,
  organizationId: string,
  path: string,
): Promise<IssuedToken> {
  const written = await readKeyFile(path);
  const parsed = written && parseToken(written.reveal());
  if (written && parsed?.kind === kind && parsed.organizationId === organizationId) {
    return { token: written, hash: parsed.hash, hint: written.reveal().slice(-4) };
  }
  const issued = issueToken(kind, organizationId);
  await writeKeyFile(path, issued.token);
  return issued;
}
