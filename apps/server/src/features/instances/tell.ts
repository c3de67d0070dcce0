import type { AddInstanceEvent } from '@plugboard/contracts/api';

type ProgressEvent = Extract<AddInstanceEvent, { type: 'progress' }>;

export type InstallStep = ProgressEvent['step'];

/** How far a step is, where that can be counted. */
export type StepProgress = NonNullable<ProgressEvent['progress']>;

/** Hears what is being done, in words for a person. */
export type Tell = (step: InstallStep, message: string, progress?: StepProgress) => void;

const leastGapMs = 250;

/** Passes on a count now and then, and its end: installers count every package. */
export function spaced(tell: Tell): Tell {
  let last = 0;
  return (step, message, progress) => {
    const isEnd = progress !== undefined && progress.done >= progress.total;
    const isCount = progress !== undefined && !isEnd;
    if (isCount && performance.now() - last < leastGapMs) return;
    last = performance.now();
    tell(step, message, progress);
  };
}
