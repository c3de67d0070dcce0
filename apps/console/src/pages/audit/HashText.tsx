import { CopyButton } from '../../ui/CopyButton.tsx';

/** A hash: its ends, and all of it to copy. */
export function HashText({ hash }: { readonly hash: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      <code className="font-mono text-xs" title={hash}>
        {hash.slice(0, 12)}…{hash.slice(-8)}
      </code>
      <CopyButton text={hash} what="the hash" />
    </span>
  );
}
