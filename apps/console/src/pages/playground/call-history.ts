import type { CallResult } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { api } from '../../api/client.ts';
import { type Failure, readError } from '../../api/errors.ts';
import type { CallToCopy } from './copy-as.ts';

/** A call that was tried here, and what came of it. */
export interface TriedCall {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly call: CallToCopy;
  readonly result?: CallResult;
  readonly failure?: Failure;
}

const key = ['playground', 'history'] as const;
const kept = 30;

/** Calls tried since the console was loaded, the newest first; they are kept nowhere else. */
export function useCallHistory(): readonly TriedCall[] {
  return useQuery<readonly TriedCall[]>({
    queryKey: key,
    queryFn: () => [],
    initialData: [],
    staleTime: Infinity,
    gcTime: Infinity,
  }).data;
}

/** Makes a call as an agent and keeps what came of it. Never rejects: a refusal is an outcome as well. */
export function useTryCall(): (call: CallToCopy, signal?: AbortSignal) => Promise<TriedCall> {
  const client = useQueryClient();
  return useCallback(
    async (call, signal) => {
      const tried: TriedCall = { id: crypto.randomUUID(), at: Date.now(), call };
      const done = { ...tried, ...(await outcomeOf(call, signal)) };
      client.setQueryData<readonly TriedCall[]>(key, (before = []) =>
        [done, ...before].slice(0, kept),
      );
      return done;
    },
    [client],
  );
}

async function outcomeOf(
  { agent, instance, kind, name, input }: CallToCopy,
  signal: AbortSignal | undefined,
): Promise<Pick<TriedCall, 'result' | 'failure'>> {
  try {
    const result = await api.calls.create(
      { agent, instance, kind, name, ...(kind !== 'resource' && { arguments: { ...input } }) },
      signal ? { signal } : {},
    );
    return { result };
  } catch (error) {
    if (signal?.aborted === true) {
      const message = 'You stopped waiting. The server was told; what it did stays done.';
      return { failure: { code: 'cancelled', message, details: {} } };
    }
    return { failure: readError(error) };
  }
}
