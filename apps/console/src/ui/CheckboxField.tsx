import { Field as BaseField } from '@base-ui/react/field';
import type { ReactNode } from 'react';

import { Checkbox, type CheckboxProps } from './Checkbox.tsx';

export interface CheckboxFieldProps extends Omit<CheckboxProps, 'label'> {
  readonly label: ReactNode;
  /** What follows from it. */
  readonly about?: ReactNode;
}

/** A checkbox with its words beside it. */
export function CheckboxField({ label, about, ...rest }: CheckboxFieldProps) {
  return (
    <BaseField.Root className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2.5 text-sm">
      <span className="pt-0.75">
        <Checkbox {...rest} />
      </span>
      <BaseField.Label className="text-ink">{label}</BaseField.Label>
      {about !== undefined && (
        <BaseField.Description className="col-start-2 text-xs leading-5 text-faint">
          {about}
        </BaseField.Description>
      )}
    </BaseField.Root>
  );
}
