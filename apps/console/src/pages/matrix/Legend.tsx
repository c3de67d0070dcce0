import { Ban, CornerDownRight, Hourglass } from 'lucide-react';

import { KeyHint } from '../../ui/KeyHint.tsx';

/** What the marks mean, and which keys there are. */
export function Legend({ readOnly }: { readonly readOnly: boolean }) {
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-xs text-soft">
      <span className="inline-flex items-center gap-1.5">
        <CornerDownRight className="size-3" aria-hidden /> from its toolbox
      </span>
      <span className="inline-flex items-center gap-1.5">
        <Ban className="size-3" aria-hidden /> something is forbidden
      </span>
      <span className="inline-flex items-center gap-1.5">
        <Hourglass className="size-3" aria-hidden /> ends by itself
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span className="rounded bg-sunken px-1 tabular-nums">2</span> rules for single tools
      </span>
      {!readOnly && (
        <span className="inline-flex items-center gap-1.5">
          <KeyHint keys="0–4" /> set
        </span>
      )}
      <span className="inline-flex items-center gap-1.5">
        <KeyHint keys="⇧ arrows" /> choose several
      </span>
      <span className="inline-flex items-center gap-1.5">
        <KeyHint keys="Enter" /> tool by tool
      </span>
    </p>
  );
}
