import type { CredentialTest } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import type { Actor } from '../../members/policy.ts';
import { auditFacts } from '../audit-facts.ts';
import { may, requireCredential } from '../permissions.ts';
import { type ListedCredential, requireVisible } from '../queries.ts';
import type { CredentialServices } from '../seal-credential.ts';
import { askGoogle } from './ask-google.ts';
import { askInstance } from './ask-instance.ts';
import { askService, type AskOptions, type Verdict } from './ask-service.ts';

export type TestServices = CredentialServices & Pick<AppServices, 'server' | 'supervisor'>;

/**
 * Asks the service of a credential whether it accepts it, and keeps what it said with the version
 * that was asked about. Whatever it says, this resolves; it rejects as the vault does.
 */
export async function testCredential(
  services: TestServices,
  actor: Actor,
  ref: string,
  signal: AbortSignal,
  open?: AskOptions['open'],
): Promise<CredentialTest> {
  const { organizationId, memberId } = actor;
  const row = await withTenant(services.db, organizationId, (db) => requireVisible(db, actor, ref));
  requireCredential(may(actor, 'manage', row), row, 'tested');
  const { version, verdict } = await ask(services, row, memberId, {
    signal,
    ...(open && { open }),
  });
  const at = new Date(services.clock()).toISOString();
  const test: CredentialTest = { at, ...verdict };
  await commitChange(services, actor, async (tx) => {
    // Of a version that was replaced meanwhile nothing is kept.
    await tx
      .updateTable('credentials')
      .set({ test: JSON.stringify(test) })
      .where('id', '=', row.id)
      .where('version', '=', version)
      .where('destroyed_at', 'is', null)
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'credential.tested',
        change: { ...auditFacts(row), version, outcome: verdict.outcome },
      },
      events: [],
    };
  });
  return test;
}

async function ask(
  services: TestServices,
  row: ListedCredential,
  memberId: string,
  options: AskOptions,
): Promise<{ readonly version: number; readonly verdict: Verdict }> {
  const { organization_id: organizationId, id: credentialId } = row;
  const inUse = () => askInstance(services, organizationId, credentialId, options.signal);
  if (row.kind === 'api_key' || row.kind === 'service_account') {
    const ref = { organizationId, credentialId };
    const { fields, version } = await services.vault.open(ref, { for: 'test', memberId });
    const direct =
      row.kind === 'api_key'
        ? await askService(row.provider ?? undefined, fields, options)
        : await askGoogle(fields, services.clock(), options);
    if (direct.outcome !== 'unknown') return { version, verdict: direct };
    return { version, verdict: (await inUse()) ?? direct };
  }
  const verdict = (await inUse()) ?? {
    outcome: 'unknown' as const,
    message:
      'Plugboard does not ask services of this kind itself. Bind it to a server whose catalog entry names a tool that shows whether it works, and it is asked.',
  };
  return { version: row.version, verdict };
}
