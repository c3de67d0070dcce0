import type { Instance } from '@plugboard/contracts/api';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';

import { useMay } from '../../shell/use-me.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { type Tab, Tabs } from '../../ui/Tabs.tsx';
import { OverviewTab } from './overview/OverviewTab.tsx';

const ToolsTab = lazy(async () => ({ default: (await import('./tools/ToolsTab.tsx')).ToolsTab }));
const LogsTab = lazy(async () => ({ default: (await import('./logs/LogsTab.tsx')).LogsTab }));
const ConfigurationTab = lazy(async () => ({
  default: (await import('./configuration/ConfigurationTab.tsx')).ConfigurationTab,
}));
const HistoryTab = lazy(async () => ({
  default: (await import('./history/HistoryTab.tsx')).HistoryTab,
}));
const UpdatesTab = lazy(async () => ({
  default: (await import('./updates/UpdatesTab.tsx')).UpdatesTab,
}));

type Name = 'overview' | 'tools' | 'logs' | 'configuration' | 'history' | 'updates';

/** The parts of an instance's page, by the URL. */
export function InstanceTabs({ instance }: { readonly instance: Instance }) {
  const may = useMay();
  const { tab = 'overview' } = useSearch({ from: '/instances/$instance' });
  const navigate = useNavigate({ from: '/instances/$instance' });
  const { offers } = instance;
  const all: readonly (Tab<Name> & { readonly needs: string })[] = [
    {
      value: 'overview',
      needs: 'instance.read',
      label: 'Overview',
      content: draw(OverviewTab, instance),
    },
    {
      value: 'tools',
      needs: 'instance.read',
      label: 'Tools',
      count: offers.tools + offers.prompts + offers.resources + offers.resourceTemplates,
      content: draw(ToolsTab, instance),
    },
    {
      value: 'logs',
      needs: 'instance.read_logs',
      label: 'Logs',
      content: draw(LogsTab, instance),
    },
    {
      value: 'configuration',
      needs: 'configuration.read',
      label: 'Configuration',
      content: draw(ConfigurationTab, instance),
    },
    {
      value: 'history',
      needs: 'version.read_history',
      label: 'History',
      content: draw(HistoryTab, instance),
    },
    {
      value: 'updates',
      needs: 'version.read',
      label: 'Updates',
      ...(instance.updateAvailable !== undefined && { count: 1 }),
      content: draw(UpdatesTab, instance),
    },
  ];
  const tabs = all.filter(({ needs }) => may(needs));
  const current = tabs.find(({ value }) => value === tab)?.value ?? 'overview';
  return (
    <Tabs
      label={`Parts of ${instance.slug}`}
      tabs={tabs}
      value={current}
      onValue={(value) =>
        void navigate({ search: { tab: value === 'overview' ? undefined : value }, replace: true })
      }
    />
  );
}

function draw(Part: ComponentType<{ readonly instance: Instance }>, instance: Instance) {
  return () => (
    <Suspense fallback={<Skeleton className="h-80" />}>
      <Part instance={instance} />
    </Suspense>
  );
}
