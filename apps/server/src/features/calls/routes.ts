import { AppError, isAppError, newId } from '@plugboard/contracts';
import type { CallResult } from '@plugboard/contracts/api';
import { type Envelope, textOf } from '@plugboard/protocol';
import { z } from 'zod';

import type { AppServices } from '../../app/services.ts';
import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectAgent } from '../agents/queries.ts';
import { requireInstance } from '../instances/queries.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { auditLength, outcomeSeq } from './outcome-seq.ts';

const routes = api.calls;

export const callsRouter = routes.router({
  create: routes.create.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'call.create');
    refuseArguments(input);
    const { organizationId, memberId } = actor;
    const { kind, name } = input;
    const { agentId, endpointPath, after } = await withTenant(
      services.db,
      organizationId,
      async (db) => {
        const agent = await selectAgent(db, input.agent);
        if (!agent) throw noSuch('agent', input.agent);
        const found = { agentId: agent.id, after: await auditLength(db) };
        if (input.instance === undefined) return { ...found, endpointPath: '' };
        const instance = await requireInstance(db, input.instance);
        // On its own endpoint a server's names are its own.
        return { ...found, endpointPath: `/${instance.toolbox_slug}/${instance.slug}` };
      },
    );
    const callId = newId();
    const places = async () => ({
      callId,
      ...(await findOutcome(services, organizationId, { agentId, callId, after })),
    });
    const started = performance.now();
    try {
      const answer = await withTimeout(signal, input.timeoutMs, (limited) =>
        services.gateway.callDirectly(
          { organizationId, agentId, memberId },
          { kind, name, arguments: input.arguments, endpointPath },
          { signal: limited, callId },
        ),
      );
      const durationMs = performance.now() - started;
      return { ...(await places()), ...presentAnswer(answer, durationMs) };
    } catch (error) {
      if (!isAppError(error)) throw error;
      throw withDetails(error, await places());
    }
  }),
});

/** A mistake that would pass unseen: resources have no arguments, and those of prompts are texts. */
function refuseArguments(input: {
  readonly kind: 'tool' | 'prompt' | 'resource';
  readonly arguments: Readonly<Record<string, unknown>>;
}): void {
  const values = Object.values(input.arguments);
  if (input.kind === 'resource' && values.length > 0) {
    throw new AppError('invalid_input', 'A resource takes no arguments: put them into its URI.');
  }
  if (input.kind === 'prompt' && values.some((value) => typeof value !== 'string')) {
    throw new AppError('invalid_input', 'Every argument of a prompt is a text.');
  }
}

/** The call stands whether or not its record can be found again. */
async function findOutcome(
  { db, log }: AppServices,
  organizationId: string,
  call: Parameters<typeof outcomeSeq>[1],
): Promise<{ auditSeq?: number }> {
  try {
    const auditSeq = await withTenant(db, organizationId, (tx) => outcomeSeq(tx, call));
    return auditSeq === undefined ? {} : { auditSeq };
  } catch (error) {
    log.debug({ err: error }, 'the record of a call could not be looked up');
    return {};
  }
}

function withDetails(error: AppError, facts: Readonly<Record<string, unknown>>): AppError {
  const { code, message, retryAfterMs, details } = error;
  return new AppError(code, message, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    details: { ...details, ...facts },
  });
}

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
    throw new AppError('upstream_timeout', `There was no answer within ${timeoutMs} ms.`, {
      cause: error,
    });
  }
}

const rpcErrorSchema = z.object({
  code: z.number(),
  message: z.string(),
  data: z.unknown().optional(),
});

type Answered = Omit<CallResult, 'callId' | 'auditSeq'>;

function presentAnswer(answer: Envelope, durationMs: number): Answered {
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
