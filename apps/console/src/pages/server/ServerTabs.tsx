import type { CatalogServer } from '@plugboard/contracts/api';
import { getRouteApi } from '@tanstack/react-router';

import { type Tab, Tabs } from '../../ui/Tabs.tsx';
import { ConfigurationTab } from './ConfigurationTab.tsx';
import { ExamplesTab } from './ExamplesTab.tsx';
import { InstallGuide } from './InstallGuide.tsx';
import { OverviewTab } from './OverviewTab.tsx';
import { SecurityTab } from './SecurityTab.tsx';
import { ToolsTab } from './ToolsTab.tsx';
import { VersionsTab } from './VersionsTab.tsx';

const route = getRouteApi('/marketplace/$');

const names = [
  'overview',
  'install',
  'tools',
  'configuration',
  'versions',
  'security',
  'examples',
] as const;
type Name = (typeof names)[number];

const labels: Readonly<Record<Name, string>> = {
  overview: 'Overview',
  install: 'Install guide',
  tools: 'Tools',
  configuration: 'Configuration',
  versions: 'Versions',
  security: 'Security',
  examples: 'Examples',
};

/** The parts of what is known of a server. */
export function ServerTabs({ server }: { readonly server: CatalogServer }) {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const value = names.find((name) => name === tab) ?? 'overview';
  const count = server.tools.length > 0 ? server.tools.length : undefined;
  const tabs: readonly Tab<Name>[] = names.map((name) => ({
    value: name,
    label: labels[name],
    count: name === 'tools' ? count : undefined,
    content: () => partOf(name, server),
  }));
  return (
    <Tabs
      label="About this server"
      tabs={tabs}
      value={value}
      onValue={(next) =>
        void navigate({ search: { tab: next === 'overview' ? undefined : next }, replace: true })
      }
    />
  );
}

function partOf(name: Name, server: CatalogServer) {
  switch (name) {
    case 'overview':
      return <OverviewTab server={server} />;
    case 'install':
      return <InstallGuide server={server} />;
    case 'tools':
      return <ToolsTab server={server} />;
    case 'configuration':
      return <ConfigurationTab server={server} />;
    case 'versions':
      return <VersionsTab server={server} />;
    case 'security':
      return <SecurityTab server={server} />;
    case 'examples':
      return <ExamplesTab server={server} />;
  }
}
