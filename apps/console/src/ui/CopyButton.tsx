import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

import { Button } from './Button.tsx';
import { IconButton } from './IconButton.tsx';

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, such as "the token". */
  readonly what: string;
  /** With words on the button. */
  readonly wide?: boolean;
}

/** Copies a text, and says that it did. */
export function CopyButton({ text, what, wide = false }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 2000);
      },
      () =>
        globalThis.prompt(`Your browser does not let pages copy. Copy ${what} from here:`, text),
    );
  };
  const icon = copied ? (
    <Check className="size-4 text-good" aria-hidden />
  ) : (
    <Copy className="size-4" aria-hidden />
  );
  return (
    <>
      {wide ? (
        <Button size="small" icon={icon} onClick={copy}>
          {copied ? 'Copied' : `Copy ${what}`}
        </Button>
      ) : (
        <IconButton size="icon-small" label={`Copy ${what}`} icon={icon} onClick={copy} />
      )}
      <span role="status" className="sr-only">
        {copied ? `Copied ${what}` : ''}
      </span>
    </>
  );
}
