import { modernCodes, type ModernError } from '@plugboard/protocol';

import { openCallRecord } from '../../call/call-record.ts';
import { argumentsOf } from '../../call/record.ts';
import { resolve } from '../../call/resolve.ts';
import type { AuditLog } from '../../ports.ts';
import type { ModernCall } from './modern-call.ts';

const reasons: Readonly<Record<number, string>> = {
  [modernCodes.headerMismatch]: 'header_mismatch',
  [modernCodes.missingClientCapability]: 'missing_capability',
  [modernCodes.unsupportedVersion]: 'unsupported_version',
};

/** Puts on record that a call was refused for what the protocol demands of every request. */
export async function recordRefusal(
  services: { readonly audit: AuditLog; readonly clock: () => number },
  refused: Pick<ModernCall, 'facts' | 'toolset' | 'request' | 'params'> & {
    readonly error: ModernError;
  },
): Promise<void> {
  const { error, facts, toolset, request, params } = refused;
  const record = openCallRecord(services, facts, argumentsOf(request, params));
  const resolution = resolve(toolset, facts.method, params);
  if (resolution.found) record.locate(resolution.call);
  await record.end({ outcome: 'refused', reason: reasons[error.rpcCode] ?? 'invalid_meta' });
}
