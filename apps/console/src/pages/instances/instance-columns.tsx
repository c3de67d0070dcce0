import type { Instance } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';

import type { Column } from '../../ui/DataTable.tsx';
import { formatBytes, formatNumber } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { useMedia } from '../../ui/use-media.ts';
import { InstanceMenu } from './InstanceMenu.tsx';
import { InstanceName } from './InstanceName.tsx';
import { StateCell } from './StateCell.tsx';
import { VersionCell } from './VersionCell.tsx';

/** Worst first: what needs somebody is on top. */
const urgency = { failing: 0, starting: 1, ready: 2, sleeping: 3, stopped: 4 } as const;

const name: Column<Instance> = {
  id: 'name',
  header: 'Instance',
  width: 'minmax(12rem, 2.2fr)',
  cell: (instance) => <InstanceName instance={instance} />,
  sortBy: ({ slug }) => slug,
};
const state: Column<Instance> = {
  id: 'state',
  header: 'State',
  width: 'minmax(8.5rem, 1.6fr)',
  cell: (instance) => <StateCell state={instance.state} />,
  sortBy: (instance) => urgency[instance.state.name],
};
const version: Column<Instance> = {
  id: 'version',
  header: 'Version',
  width: '7.5rem',
  cell: (instance) => <VersionCell instance={instance} />,
  sortBy: (instance) => instance.version,
};
const toolbox: Column<Instance> = {
  id: 'toolbox',
  header: 'Toolbox',
  width: 'minmax(6rem, 0.8fr)',
  cell: (instance) => (
    <Link
      to="/instances"
      search={{ toolbox: instance.toolbox.slug }}
      className="rounded-sm text-soft underline-offset-4 hover:text-ink hover:underline"
    >
      {instance.toolbox.slug}
    </Link>
  ),
  sortBy: (instance) => instance.toolbox.slug,
};
const tools: Column<Instance> = {
  id: 'tools',
  header: 'Tools',
  width: '4.5rem',
  align: 'right',
  cell: (instance) => (
    <Link
      to="/instances/$instance"
      params={{ instance: instance.slug }}
      search={{ tab: 'tools' }}
      className="rounded-sm underline-offset-4 hover:underline"
    >
      {formatNumber(instance.offers.tools)}
    </Link>
  ),
  sortBy: (instance) => instance.offers.tools,
};
const lastUsed: Column<Instance> = {
  id: 'used',
  header: 'Last used',
  width: '8rem',
  cell: (instance) => <RelativeTime at={instance.lastUsedAt} />,
  sortBy: ({ lastUsedAt }) => lastUsedAt,
};
const memory: Column<Instance> = {
  id: 'memory',
  header: 'Memory',
  width: '5.5rem',
  align: 'right',
  cell: ({ state: { memoryBytes } }) =>
    memoryBytes === undefined ? (
      <span className="text-faint" aria-label="none">
        –
      </span>
    ) : (
      formatBytes(memoryBytes)
    ),
  sortBy: (instance) => instance.state.memoryBytes,
};
const menu: Column<Instance> = {
  id: 'menu',
  header: '',
  width: '3rem',
  align: 'right',
  cell: (instance) => <InstanceMenu instance={instance} />,
};

const wide = [name, state, version, toolbox, tools, lastUsed, memory, menu];
const middle = [name, state, version, toolbox, menu];
const narrow = [name, state, menu];

/** As many columns as there is room for. */
export function useInstanceColumns(): readonly Column<Instance>[] {
  const isWide = useMedia('(min-width: 78rem)');
  const isMiddle = useMedia('(min-width: 60rem)');
  if (isWide) return wide;
  return isMiddle ? middle : narrow;
}
