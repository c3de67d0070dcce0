import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, useState } from 'react';

import { IconButton } from './IconButton.tsx';
import { TextInput } from './TextInput.tsx';

/** What is typed is not shown, unless asked for. No browser keeps or completes it. */
export function SecretInput({ className, ...rest }: ComponentProps<'input'>) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <TextInput
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-1p-ignore
        data-lpignore="true"
        {...rest}
        type={shown ? 'text' : 'password'}
        className={`pr-10 font-mono ${className ?? ''}`}
      />
      <IconButton
        className="absolute top-1 right-1"
        size="icon-small"
        label={shown ? 'Hide what is typed' : 'Show what is typed'}
        aria-pressed={shown}
        icon={
          shown ? <EyeOff className="size-4" aria-hidden /> : <Eye className="size-4" aria-hidden />
        }
        onClick={() => setShown(!shown)}
      />
    </div>
  );
}
