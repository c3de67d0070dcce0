import type { Instance } from '@plugboard/contracts/api';
import { CircleArrowUp } from 'lucide-react';

import { Badge } from '../../ui/Badge.tsx';
import { formatBytes, plural } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { visibleText } from '../../ui/Untrusted.tsx';
import { InstanceMenu } from './InstanceMenu.tsx';
import { InstanceName } from './InstanceName.tsx';
import { StateCell } from './StateCell.tsx';

/** An instance on a phone. */
export function InstanceCard({ instance }: { readonly instance: Instance }) {
  const { toolbox, version, offers, state, updateAvailable, lastUsedAt } = instance;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <div className="flex items-start justify-between gap-2">
        <InstanceName instance={instance} />
        <InstanceMenu instance={instance} />
      </div>
      <div className="flex flex-wrap items-start gap-2">
        <StateCell state={state} />
        {updateAvailable !== undefined && (
          <Badge tone="violet" icon={<CircleArrowUp className="size-3" aria-hidden />}>
            {visibleText(updateAvailable)} available
          </Badge>
        )}
      </div>
      <p className="flex flex-wrap gap-x-3 text-xs text-faint tabular-nums">
        <span>{toolbox.slug}</span>
        <bdi>{visibleText(version)}</bdi>
        <span>{plural(offers.tools, 'tool')}</span>
        {state.memoryBytes !== undefined && <span>{formatBytes(state.memoryBytes)}</span>}
        <span>
          {lastUsedAt === undefined ? (
            'never used'
          ) : (
            <>
              used <RelativeTime at={lastUsedAt} />
            </>
          )}
        </span>
      </p>
    </div>
  );
}
