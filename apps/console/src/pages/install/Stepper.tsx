import { Check } from 'lucide-react';

import { classNames } from '../../ui/class-names.ts';
import { stepLabels, type StepName } from './steps.ts';

export interface StepperProps {
  readonly steps: readonly StepName[];
  readonly at: number;
  readonly onStep: (step: StepName) => void;
}

/** Where in the installation one is. What was passed can be gone back to. */
export function Stepper({ steps, at, onStep }: StepperProps) {
  return (
    <nav aria-label="Steps">
      <ol className="flex items-center gap-1.5 sm:gap-2">
        {steps.map((step, position) => (
          <li
            key={step}
            className={classNames('flex items-center gap-1.5 sm:gap-2', position > 0 && 'flex-1')}
          >
            {position > 0 && (
              <span
                aria-hidden
                className={classNames(
                  'h-0.5 min-w-2 flex-1 rounded-full',
                  position <= at ? 'bg-accent-fill' : 'bg-line',
                )}
              />
            )}
            <button
              type="button"
              disabled={position >= at}
              aria-current={position === at ? 'step' : undefined}
              onClick={() => onStep(step)}
              className="flex items-center gap-2 rounded-lg px-1 py-1 text-sm font-medium enabled:hover:bg-hover"
            >
              <span
                aria-hidden
                className={classNames(
                  'grid size-6.5 shrink-0 place-items-center rounded-full border text-xs font-semibold',
                  position === at && 'border-accent-fill bg-accent-fill text-accent-ink',
                  position < at && 'border-accent bg-accent-soft text-accent',
                  position > at && 'border-line-strong text-faint',
                )}
              >
                {position < at ? <Check className="size-3.5" /> : position + 1}
              </span>
              <span
                className={classNames(
                  position === at ? 'text-ink' : 'max-sm:sr-only',
                  position > at && 'text-faint',
                )}
              >
                {stepLabels[step]}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
