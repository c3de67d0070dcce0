import { CircleAlert, RotateCw } from 'lucide-react';

import { readError } from '../api/errors.ts';
import { Button } from './Button.tsx';

export interface ErrorStateProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  /** What could not be done, such as "The list could not be read". */
  readonly title?: string;
}

/** In place of what could not be had: the server's words, and a way on. */
export function ErrorState({
  error,
  onRetry,
  title = 'This could not be loaded',
}: ErrorStateProps) {
  const { message, requestId } = readError(error);
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 py-10 text-center">
      <CircleAlert className="size-6 text-bad" aria-hidden />
      <p className="font-semibold">{title}</p>
      <p className="max-w-prose text-sm text-soft">
        <bdi>{message}</bdi>
      </p>
      {onRetry !== undefined && (
        <Button onClick={onRetry} icon={<RotateCw className="size-4" aria-hidden />}>
          Try again
        </Button>
      )}
      {requestId !== undefined && (
        <p className="text-xs text-faint">
          Request <code>{requestId}</code>
        </p>
      )}
    </div>
  );
}

/** A failure within a form or dialog. */
export function Problem({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className="flex gap-2 rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
      <CircleAlert className="mt-1 size-4 shrink-0" aria-hidden />
      <bdi>{readError(error).message}</bdi>
    </p>
  );
}
