import type { LogLine } from '@plugboard/contracts/api';
import { useCallback, useEffect, useRef, useState } from 'react';

import { api } from '../../../api/client.ts';
import { readError } from '../../../api/errors.ts';
import { type ShownLine, withLines } from './log-lines.ts';

export type LogStatus = 'connecting' | 'following' | 'lost' | 'refused';

const tail = 2000;
/** Lines often come many at once: they are drawn together. */
const gatherMs = 100;
const againMs = 2000;
const maxWaiting = 10_000;

export interface LogStream {
  readonly lines: readonly ShownLine[];
  readonly status: LogStatus;
  readonly error: unknown;
  /** Lines that came while it was paused, and are not shown yet. */
  readonly waiting: number;
  readonly clear: () => void;
}

/** What an instance writes, from its last lines on. While paused, what comes is kept aside. */
export function useLogStream(instance: string, paused: boolean): LogStream {
  const [lines, setLines] = useState<readonly ShownLine[]>([]);
  const [status, setStatus] = useState<LogStatus>('connecting');
  const [error, setError] = useState<unknown>();
  const [waiting, setWaiting] = useState(0);
  const gathered = useRef<LogLine[]>([]);
  const isPaused = useRef(paused);

  const flush = useCallback(() => {
    if (isPaused.current) {
      setWaiting(gathered.current.length);
      return;
    }
    setWaiting(0);
    const more = gathered.current.splice(0);
    if (more.length > 0) setLines((before) => withLines(before, more));
  }, []);
  useEffect(() => {
    isPaused.current = paused;
    flush();
  }, [paused, flush]);

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const take = (line: LogLine) => {
      gathered.current.push(line);
      if (gathered.current.length > maxWaiting) gathered.current.splice(0, 1000);
      timer ??= setTimeout(() => {
        timer = undefined;
        flush();
      }, gatherMs);
    };
    void follow(instance, stop.signal, take, (next, problem) => {
      setStatus(next);
      setError(problem);
      if (next === 'following') {
        // The last lines come again: what is shown begins anew.
        gathered.current = [];
        setLines([]);
      }
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
      gathered.current = [];
    };
  }, [instance, flush]);

  const clear = useCallback(() => {
    gathered.current = [];
    setWaiting(0);
    setLines([]);
  }, []);
  return { lines, status, error, waiting, clear };
}

async function follow(
  instance: string,
  signal: AbortSignal,
  take: (line: LogLine) => void,
  tell: (status: LogStatus, problem?: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const lines = await api.instances.logs({ instance, tail, follow: true }, { signal });
      tell('following');
      for await (const line of lines) {
        if (signal.aborted) return;
        take(line);
      }
      tell('lost');
    } catch (problem) {
      if (signal.aborted) return;
      const { code } = readError(problem);
      const isFinal = ['forbidden', 'not_found', 'unauthenticated'].includes(code);
      tell(isFinal ? 'refused' : 'lost', problem);
      if (isFinal) return;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}
