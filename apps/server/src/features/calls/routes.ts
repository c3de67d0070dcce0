import { AppError, isAppError } from '@plugboard/contracts';
import type { CallResult } from '@plugboard/contracts/api';
import { type Envelope, textOf } from '@plugboard/protocol';
import { z } from 'zod';

import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectAgent } from '../agents/queries.ts';
import { requireInstance } from '../instances/queries.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';

const routes = api.calls;

export const callsRouter = routes.router({
  create: routes.create.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'call.create');
    const { organizationId, memberId } = actor;
    const { agentId, endpointPath } = await withTenant(services.db, organizationId, async (db) => {
      const agent = await selectAgent(db, input.agent);
      if (!agent) throw noSuch('agent', input.agent);
      if (input.instance === undefined) return { agentId: agent.id, endpointPath: '' };
      const instance = await requireInstance(db, input.instance);
      // On its own endpoint a server's names are its own.
      return { agentId: agent.id, endpointPath: `/${instance.toolbox_slug}/${instance.slug}` };
    });
    const started = performance.now();
    const answer = await withTimeout(signal, input.timeoutMs, (limited) =>
      services.gateway.callTool(
        { organizationId, agentId, memberId },
        { name: input.name, arguments: input.arguments, endpointPath },
        { signal: limited },
      ),
    );
    return presentAnswer(answer, performance.now() - started);
  }),
});

async function withTimeout<T>(
  signal: AbortSignal,
  timeoutMs: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return work(signal);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (!timeout.aborted || !isAppError(error, 'cancelled')) throw error;
    throw new AppError('upstream_timeout', `The tool did not answer within ${timeoutMs} ms.`, {
      cause: error,
    });
  }
}

const rpcErrorSchema = z.object({
  code: z.number(),
  message: z.string(),
  data: z.unknown().optional(),
});

function presentAnswer(answer: Envelope, durationMs: number): CallResult {
  const rounded = Math.round(durationMs * 10) / 10;
  if (answer.error) {
    const error = rpcErrorSchema.parse(parsed(answer.bytes, answer.error));
    return { outcome: 'error', durationMs: rounded, error };
  }
  return {
    outcome: answer.isError ? 'tool_error' : 'ok',
    durationMs: rounded,
    result: answer.result && parsed(answer.bytes, answer.result),
  };
}

function parsed(bytes: Buffer, range: Parameters<typeof textOf>[1]): unknown {
  return JSON.parse(textOf(bytes, range).toString());
}
