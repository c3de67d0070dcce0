import { useCallback, useEffect, useRef, useState } from 'react';

/** What the API tells while it does something long: its steps, then what came of it. */
type RunEvent = { readonly type: 'progress'; readonly step: string; readonly message: string };
type Ended = { readonly type: 'done' };

export interface RunStep {
  readonly step: string;
  readonly message: string;
}

export interface RunState<Done> {
  readonly status: 'idle' | 'running' | 'done' | 'failed';
  readonly steps: readonly RunStep[];
  readonly done: Done | undefined;
  readonly error: unknown;
}

export interface Run<Done> extends RunState<Done> {
  /** Begins it; resolves with its last event, or with undefined when it failed. */
  readonly start: (
    open: (signal: AbortSignal) => Promise<AsyncIterable<RunEvent | Done>>,
  ) => Promise<Done | undefined>;
  /** Ends what is running, and forgets what came of it. */
  readonly reset: () => void;
}

export interface RunOptions {
  /** Whether it goes on when the page is left: for what changes something. */
  readonly goesOn?: boolean;
}

const idle = { status: 'idle', steps: [], done: undefined, error: undefined } as const;
const maxSteps = 200;

/** Something long that the API tells of as it goes: an update, a trial, a change of configuration. */
export function useRun<Done extends Ended>({ goesOn = false }: RunOptions = {}): Run<Done> {
  const [state, setState] = useState<RunState<Done>>(idle);
  const current = useRef<AbortController>(undefined);
  const start = useCallback<Run<Done>['start']>(async (open) => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    const isMine = () => current.current === own;
    setState({ ...idle, status: 'running' });
    try {
      for await (const event of await open(own.signal)) {
        if (isProgress(event)) {
          const { step, message } = event;
          if (isMine())
            setState((before) => ({ ...before, steps: added(before.steps, step, message) }));
          continue;
        }
        if (isMine()) setState((before) => ({ ...before, status: 'done', done: event }));
        return event;
      }
      throw new TypeError('the answer ended before its end');
    } catch (error) {
      if (isMine()) setState((before) => ({ ...before, status: 'failed', error }));
      return undefined;
    }
  }, []);
  const reset = useCallback(() => {
    current.current?.abort();
    current.current = undefined;
    setState(idle);
  }, []);
  useEffect(
    () => () => {
      if (!goesOn) current.current?.abort();
    },
    [goesOn],
  );
  return { ...state, start, reset };
}

function isProgress(event: RunEvent | Ended): event is RunEvent {
  return event.type === 'progress';
}

/** A step that is told of again has a new message. */
function added(steps: readonly RunStep[], step: string, message: string): readonly RunStep[] {
  const before = steps.at(-1)?.step === step ? steps.slice(0, -1) : steps;
  return [...before, { step, message }].slice(-maxSteps);
}
