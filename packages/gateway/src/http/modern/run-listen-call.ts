import { isAppError, newId } from '@plugboard/contracts';
import { buildRequest, ModernError, readEnvelope, rpcCodes } from '@plugboard/protocol';

import type { ResolvedCall } from '../../call/resolve.ts';
import { runCall } from '../../call/run-call.ts';
import type { HttpServices } from '../post.ts';
import type { ModernCall } from './modern-call.ts';

const done = readEnvelope(Buffer.from('{"jsonrpc":"2.0","id":0,"result":{}}'));

/** One thing that a client wants to hear of, as it names it. */
export type ListenTarget = { readonly uri: string } | { readonly taskId: string };

/**
 * Begins to listen to one thing, decided and on record as a call of its own. Resolves to whether it
 * was begun: not if its server cannot tell of it. Rejects as `runCall` does.
 */
export async function runListenCall(
  services: HttpServices,
  { facts, toolset, client, signal }: ModernCall,
  target: ListenTarget,
  begin: (resolved: ResolvedCall) => Promise<void>,
): Promise<boolean> {
  let isTellable = true;
  const params = Buffer.from(JSON.stringify(target));
  try {
    await runCall(services, {
      facts: { ...facts, callId: newId(), startedAt: services.clock() },
      toolset,
      client,
      request: readEnvelope(buildRequest('0', facts.method, params)),
      params: target,
      signal,
      onMessage: () => {},
      async perform(resolved) {
        try {
          await begin(resolved);
        } catch (error) {
          if (isAppError(error, 'invalid_input')) isTellable = false;
          throw error;
        }
        return done;
      },
    });
    return true;
  } catch (error) {
    if (!isTellable) return false;
    if (!isAppError(error, 'not_found')) throw error;
    throw new ModernError(rpcCodes.invalidParams, error.message, { data: target, httpStatus: 200 });
  }
}
