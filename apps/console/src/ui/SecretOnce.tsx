import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';

import { CodeBlock } from './CodeBlock.tsx';

export interface SecretOnceProps {
  readonly secret: string;
  readonly what: string;
  readonly children?: ReactNode;
}

/** A secret that is shown this one time. */
export function SecretOnce({ secret, what, children }: SecretOnceProps) {
  return (
    <div className="flex flex-col gap-2 rounded-lg border border-warn/40 bg-warn-soft p-3 text-sm">
      <p className="flex items-center gap-2 font-medium text-warn">
        <KeyRound className="size-4" aria-hidden /> Copy {what} now: it is not shown again
      </p>
      <CodeBlock code={secret} what={what} wrap />
      {children}
    </div>
  );
}
