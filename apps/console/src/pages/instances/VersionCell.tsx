import type { Instance } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';
import { CircleArrowUp } from 'lucide-react';

import { visibleText } from '../../ui/Untrusted.tsx';

/** The version that runs, and the newer one if there is one. */
export function VersionCell({ instance }: { readonly instance: Instance }) {
  const { version, updateAvailable } = instance;
  return (
    <span className="flex min-w-0 flex-col tabular-nums">
      <bdi className="truncate" title={version}>
        {visibleText(version)}
      </bdi>
      {updateAvailable !== undefined && (
        <Link
          to="/instances/$instance"
          params={{ instance: instance.slug }}
          search={{ tab: 'updates' }}
          className="inline-flex min-w-0 items-center gap-1 rounded-sm text-xs text-violet underline-offset-4 hover:underline"
        >
          <CircleArrowUp className="size-3 shrink-0" aria-hidden />
          <bdi className="truncate">{visibleText(updateAvailable)}</bdi>
          <span className="sr-only"> is available</span>
        </Link>
      )}
    </span>
  );
}
