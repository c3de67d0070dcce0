import type { Instance } from '@plugboard/contracts/api';

import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { visibleText } from '../../ui/Untrusted.tsx';

/** How it is, and why where that is not good. */
export function StateCell({ state }: { readonly state: Instance['state'] }) {
  return (
    <span className="flex min-w-0 flex-col items-start gap-0.5">
      <StateBadge state={state.name} />
      {state.name === 'failing' && state.reason !== undefined && (
        <bdi className="block max-w-full truncate text-xs text-bad" title={state.reason}>
          {visibleText(state.reason)}
        </bdi>
      )}
      {state.stoppedAt !== undefined && (
        <span className="truncate text-xs text-faint">
          <RelativeTime at={state.stoppedAt} />
        </span>
      )}
    </span>
  );
}
