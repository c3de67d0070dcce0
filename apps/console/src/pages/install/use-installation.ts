import type { AddInstanceEvent, AddInstanceInput, Instance } from '@plugboard/contracts/api';
import { useEffect, useRef, useState } from 'react';

import { api } from '../../api/client.ts';

type Progress = Extract<AddInstanceEvent, { type: 'progress' }>;

export interface Installation {
  readonly state: 'idle' | 'running' | 'failed';
  /** The last event of each step that was reached, in order. */
  readonly reached: readonly Progress[];
  readonly error: unknown;
}

const idle: Installation = { state: 'idle', reached: [], error: null };

/** Adds a server and tells how far it is. Leaving the page stops it, and then nothing is left behind. */
export function useInstallation(onDone: (instance: Instance) => void) {
  const [installation, setInstallation] = useState(idle);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  useEffect(() => {
    if (installation.state !== 'running') return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [installation.state]);

  const start = async (input: AddInstanceInput) => {
    const stop = new AbortController();
    running.current?.abort();
    running.current = stop;
    setInstallation({ ...idle, state: 'running' });
    try {
      const events = await api.instances.add(input, { signal: stop.signal });
      for await (const event of events) {
        if (stop.signal.aborted) return;
        if (event.type === 'done') {
          onDone(event.instance);
          return;
        }
        setInstallation((before) => ({ ...before, reached: withStep(before.reached, event) }));
      }
      throw new TypeError('the stream ended before it was done');
    } catch (error) {
      if (stop.signal.aborted) setInstallation(idle);
      else setInstallation((before) => ({ ...before, state: 'failed', error }));
    }
  };
  const cancel = () => running.current?.abort();
  const reset = () => setInstallation(idle);
  return { installation, start, cancel, reset };
}

function withStep(reached: readonly Progress[], event: Progress): readonly Progress[] {
  const at = reached.findIndex(({ step }) => step === event.step);
  return at < 0 ? [...reached, event] : reached.with(at, event);
}
