import { ArrowLeft, ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';

import { Button } from '../../ui/Button.tsx';

export interface StepFootProps {
  readonly onBack: (() => void) | undefined;
  /** Goes on; a submit button where it is not given. */
  readonly onNext?: (() => void) | undefined;
  readonly next?: string;
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly icon?: ReactNode;
  /** Why one cannot go on. */
  readonly why?: string | undefined;
}

/** The way back and on. */
export function StepFoot({
  onBack,
  onNext,
  next = 'Continue',
  disabled = false,
  busy = false,
  icon,
  why,
}: StepFootProps) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      {onBack && (
        <Button icon={<ArrowLeft className="size-4" aria-hidden />} onClick={onBack}>
          Back
        </Button>
      )}
      <p role="status" className="min-w-0 flex-1 text-right text-sm text-soft">
        {why}
      </p>
      <Button
        variant="primary"
        type={onNext ? 'button' : 'submit'}
        disabled={disabled}
        busy={busy}
        icon={icon ?? <ArrowRight className="size-4" aria-hidden />}
        {...(onNext && { onClick: onNext })}
      >
        {next}
      </Button>
    </div>
  );
}
