import { Check, CircleAlert, LoaderCircle, RotateCw, Undo2 } from 'lucide-react';

import { readError } from '../../api/errors.ts';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { classNames } from '../../ui/class-names.ts';
import { formatBytes } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import type { Installation } from './use-installation.ts';

const steps = [
  ['resolve', 'Find out what to fetch'],
  ['fetch', 'Fetch'],
  ['verify', 'Verify'],
  ['configure', 'Configure'],
  ['start', 'Start it'],
  ['list', 'Ask what it offers'],
  ['pin', 'Remember that'],
  ['live', 'Make it live'],
] as const;

export interface InstallProgressProps {
  readonly installation: Installation;
  readonly isRemote: boolean;
  readonly onCancel: () => void;
  readonly onRetry: () => void;
  readonly onBack: (() => void) | undefined;
}

/** How far it is, step by step; and when a step fails, that nothing is left. */
export function InstallProgress(props: InstallProgressProps) {
  const { installation, isRemote, onCancel, onRetry, onBack } = props;
  const { state, reached } = installation;
  const failed = state === 'failed';
  const current = reached.at(-1);
  const shown = isRemote ? steps.filter(([step]) => step !== 'fetch' && step !== 'verify') : steps;
  const at = shown.findIndex(([step]) => step === (current?.step ?? 'resolve'));
  return (
    <>
      <Section title={failed ? 'It was not installed' : 'Installing'}>
        <ol className="flex flex-col gap-1">
          {shown.map(([step, label], position) => (
            <StepLine
              key={step}
              label={label}
              state={
                position < at ? 'done' : position > at ? 'waiting' : failed ? 'failed' : 'running'
              }
              event={reached.find((each) => each.step === step)}
            />
          ))}
        </ol>
        <p role="status" className="sr-only">
          {failed ? '' : current?.message}
        </p>
      </Section>
      {failed ? (
        <>
          <Failure error={installation.error} />
          <div className="flex flex-wrap justify-end gap-2">
            {onBack && <Button onClick={onBack}>Change something</Button>}
            <Button
              variant="primary"
              icon={<RotateCw className="size-4" aria-hidden />}
              onClick={onRetry}
            >
              Try again
            </Button>
          </div>
        </>
      ) : (
        <div className="flex flex-wrap items-center justify-end gap-3">
          <p className="text-sm text-soft">
            Leaving this page stops it, and takes away what was begun.
          </p>
          <Button onClick={onCancel}>Stop</Button>
        </div>
      )}
    </>
  );
}

interface StepLineProps {
  readonly label: string;
  readonly state: 'done' | 'running' | 'failed' | 'waiting';
  readonly event: Installation['reached'][number] | undefined;
}

const icons = {
  done: <Check className="size-3.5" aria-hidden />,
  running: <LoaderCircle className="size-4 animate-spin" aria-hidden />,
  failed: <CircleAlert className="size-4" aria-hidden />,
  waiting: null,
} as const;

function StepLine({ label, state, event }: StepLineProps) {
  const { progress } = event ?? {};
  return (
    <li className="flex min-h-10 items-start gap-3 py-1.5 text-sm">
      <span
        className={classNames(
          'mt-0.5 grid size-6 shrink-0 place-items-center rounded-full',
          state === 'done' && 'bg-good-soft text-good',
          state === 'running' && 'bg-accent-soft text-accent',
          state === 'failed' && 'bg-bad-soft text-bad',
          state === 'waiting' && 'border border-line',
        )}
      >
        {icons[state]}
      </span>
      <span className="min-w-0 flex-1">
        <span className={classNames('font-medium', state === 'waiting' && 'text-faint')}>
          {label}
          <span className="sr-only">: {state}</span>
        </span>
        {event && (
          <span className="block text-xs leading-5 text-soft">
            <Untrusted>{event.message}</Untrusted>
            {progress?.bytes !== undefined && ` · ${formatBytes(progress.bytes)}`}
          </span>
        )}
        {progress && state === 'running' && progress.total > 0 && (
          <progress
            aria-label={label}
            max={progress.total}
            value={progress.done}
            className="mt-1 block h-1.5 w-full max-w-md appearance-none overflow-hidden rounded-full [&::-moz-progress-bar]:bg-accent-fill [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent-fill [&::-webkit-progress-value]:transition-[width]"
          />
        )}
      </span>
    </li>
  );
}

function Failure({ error }: { readonly error: unknown }) {
  const { message } = readError(error);
  return (
    <div role="alert" className="flex flex-col gap-2.5 rounded-card bg-bad-soft p-4 text-sm">
      <p className="flex gap-2 font-medium text-bad">
        <CircleAlert className="mt-1 size-4 shrink-0" aria-hidden />
        <span className="min-w-0 whitespace-pre-line">
          <Untrusted>{message}</Untrusted>
        </span>
      </p>
      <p className="flex gap-2">
        <Undo2 className="mt-1 size-4 shrink-0 text-good" aria-hidden />
        Nothing was left behind: what was begun has been taken away.
      </p>
    </div>
  );
}
