import type { Source } from '@plugboard/contracts/api';

import { Badge } from '../../../ui/Badge.tsx';

/** How the last reading of a source went. */
export function SyncBadge({ source: { enabled, lastSync } }: { readonly source: Source }) {
  if (!enabled) return <Badge>off</Badge>;
  switch (lastSync?.state) {
    case undefined:
      return <Badge>not read yet</Badge>;
    case 'queued':
    case 'running':
      return <Badge tone="accent">being read</Badge>;
    case 'succeeded':
      return lastSync.counts.refused > 0 ? (
        <Badge tone="warn">read, some refused</Badge>
      ) : (
        <Badge tone="good">read</Badge>
      );
    case 'failed':
      return <Badge tone="bad">failed</Badge>;
    case 'cancelled':
      return <Badge tone="warn">cancelled</Badge>;
  }
}
