import { CopyButton } from './CopyButton.tsx';

export interface CodeBlockProps {
  readonly code: string;
  /** What it is, for who copies it: "the command". */
  readonly what: string;
  /** Lines that are too long go on in the next. */
  readonly wrap?: boolean;
}

/** A command or file to copy. */
export function CodeBlock({ code, what, wrap = false }: CodeBlockProps) {
  return (
    <div className="relative rounded-lg border border-line bg-sunken">
      <pre
        tabIndex={0}
        aria-label={what}
        className={`max-h-96 overflow-auto p-3 pr-12 font-mono text-xs leading-5 ${wrap ? 'break-all whitespace-pre-wrap' : ''}`}
      >
        <code>{code}</code>
      </pre>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={code} what={what} />
      </div>
    </div>
  );
}
