import { Field as BaseField } from '@base-ui/react/field';
import type { ReactNode } from 'react';

export interface FieldProps {
  readonly label: ReactNode;
  /** What belongs there, with an example where one helps. */
  readonly about?: ReactNode;
  readonly error?: string | undefined;
  readonly required?: boolean;
  /** One control: it is labelled and described by what stands around it. */
  readonly children: ReactNode;
  readonly className?: string;
}

/** A control with its label, what it is about and what is wrong with it. */
export function Field({ label, about, error, required = false, children, className }: FieldProps) {
  return (
    <BaseField.Root invalid={error !== undefined} className={className ?? 'flex flex-col gap-1.5'}>
      <BaseField.Label className="text-sm font-medium">
        {label}
        {required && (
          <span className="text-bad" title="required">
            {' '}
            *
          </span>
        )}
      </BaseField.Label>
      {children}
      {about !== undefined && (
        <BaseField.Description className="text-xs leading-5 text-faint">
          {about}
        </BaseField.Description>
      )}
      {error !== undefined && (
        <BaseField.Error match className="text-xs text-bad">
          {error}
        </BaseField.Error>
      )}
    </BaseField.Root>
  );
}
