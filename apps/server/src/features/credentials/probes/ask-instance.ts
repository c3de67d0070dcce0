import { configurationFacts } from '@plugboard/catalog';
import { isAppError } from '@plugboard/contracts';
import { sharedCredentials } from '@plugboard/gateway';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { candidateFromRow, selectStored } from '../../instances/revisions/stored-candidate.ts';
import { type BindingRow, selectBindings } from '../bindings/queries.ts';
import { credentialSetOfOwner, ownerOf } from '../credential-owner.ts';
import type { Verdict } from './ask-service.ts';

const callTimeoutMs = 30_000;

interface ToolTest {
  readonly binding: BindingRow;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * Has a server that a credential fills a slot of call the tool by which its catalog entry tells that a
 * credential is right. Undefined when there is no such server.
 */
export async function askInstance(
  services: Pick<AppServices, 'db' | 'server' | 'supervisor'>,
  organizationId: string,
  credentialId: string,
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  const test = await findTest(services, organizationId, credentialId);
  if (!test) return undefined;
  const { binding, tool } = test;
  const where = `${binding.instance_slug} (${tool})`;
  const set = credentialSetOfOwner(ownerOf(binding)) ?? sharedCredentials;
  try {
    const upstream = await services.supervisor.acquire(organizationId, binding.instance_id, set);
    const { error, isError } = await upstream.request({
      method: 'tools/call',
      params: Buffer.from(JSON.stringify({ name: tool, arguments: test.arguments })),
      signal,
      timeoutMs: callTimeoutMs,
    });
    return error || isError
      ? { outcome: 'refused', message: `${where} fails with it.` }
      : { outcome: 'accepted', message: `${where} works with it.` };
  } catch (error) {
    if (signal.aborted || !isAppError(error)) throw error;
    return {
      outcome: 'unknown',
      message: `${binding.instance_slug} could not be asked (${error.code}).`,
    };
  }
}

async function findTest(
  { db, server }: Pick<AppServices, 'db' | 'server'>,
  organizationId: string,
  credentialId: string,
): Promise<ToolTest | undefined> {
  return withTenant(db, organizationId, async (tx) => {
    for (const binding of await selectBindings(tx, { credentialId })) {
      const row = await selectStored(tx, binding.instance_id);
      // What members or agents lent is tried where every call would use it, or not at all.
      if (!row || (row.account !== binding.owner_kind && binding.owner_kind !== 'organization'))
        continue;
      if (row.account !== 'organization' && binding.owner_kind === 'organization') continue;
      const { entry } = candidateFromRow(row, row.server_name, server.dataDir);
      const test = entry && configurationFacts(entry)?.credentials.find((each) => each.test)?.test;
      if (test) return { binding, tool: test.tool, arguments: test.arguments };
    }
    return undefined;
  });
}
