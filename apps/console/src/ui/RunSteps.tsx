import { CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';

import type { RunState } from '../api/use-run.ts';
import { Problem } from './ErrorState.tsx';
import { Untrusted } from './Untrusted.tsx';

export interface RunStepsProps {
  readonly run: RunState<unknown>;
  /** What is being done, for who cannot see it. */
  readonly label: string;
}

/** The steps of something long, as they are told. */
export function RunSteps({ run, label }: RunStepsProps) {
  if (run.status === 'idle') return null;
  return (
    <div className="flex flex-col gap-3">
      <div role="log" aria-label={label}>
        <ol className="flex flex-col gap-1.5 text-sm">
          {run.steps.length === 0 && run.status === 'running' && (
            <li className="flex items-center gap-2 text-soft">
              <LoaderCircle className="size-4 animate-spin text-accent" aria-hidden /> Beginning
            </li>
          )}
          {run.steps.map(({ step, message }, index) => (
            <li key={`${index} ${step}`} className="flex items-start gap-2">
              <StepIcon status={index === run.steps.length - 1 ? run.status : 'done'} />
              <Untrusted className="min-w-0">{message}</Untrusted>
            </li>
          ))}
        </ol>
      </div>
      <Problem error={run.error} />
    </div>
  );
}

function StepIcon({ status }: { readonly status: RunState<unknown>['status'] }) {
  const look = 'mt-1 size-4 shrink-0';
  if (status === 'running')
    return <LoaderCircle className={`${look} animate-spin text-accent`} aria-label="under way" />;
  if (status === 'failed')
    return <CircleAlert className={`${look} text-bad`} aria-label="failed" />;
  return <CircleCheck className={`${look} text-good`} aria-label="done" />;
}
