import { Input } from '@base-ui/react/input';
import type { ComponentProps } from 'react';

import { classNames } from './class-names.ts';
import { controlClass } from './control-class.ts';

/** One line of text. */
export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return <Input {...rest} className={classNames(controlClass, 'h-9', className)} />;
}

/** Several lines. */
export function TextArea({ className, rows = 4, ...rest }: ComponentProps<'textarea'>) {
  return (
    <Input
      render={<textarea rows={rows} {...rest} />}
      className={classNames(controlClass, 'py-2 leading-6', className)}
    />
  );
}
