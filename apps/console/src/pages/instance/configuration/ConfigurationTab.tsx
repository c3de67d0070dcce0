import type { Instance } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { Eye } from 'lucide-react';

import { orpc } from '../../../api/client.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Card } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { ConfigurationForm } from './ConfigurationForm.tsx';
import { SettingsInForce } from './SettingsInForce.tsx';
import { SharedSettings } from './SharedSettings.tsx';

/** How the instance is configured, where each setting comes from, and changing it. */
export function ConfigurationTab({ instance }: { readonly instance: Instance }) {
  const may = useMay();
  const input = { instance: instance.id };
  const view = useQuery(orpc.configuration.get.queryOptions({ input }));
  const described = useQuery(orpc.configuration.describe.queryOptions({ input }));
  const failed = [view, described].find(({ isError }) => isError);
  if (failed) {
    return (
      <Card>
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      </Card>
    );
  }
  if (view.data === undefined || described.data === undefined) {
    return (
      <div role="status" aria-label="Loading" className="grid gap-5 lg:grid-cols-2">
        <Skeleton className="h-96" />
        <Skeleton className="h-64" />
      </div>
    );
  }
  const mayChange = may('configuration.change') && view.data.own !== undefined;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-5">
        {!mayChange && (
          <p className="flex items-center gap-2 text-sm text-soft">
            <Eye className="size-4" aria-hidden /> Your role reads the configuration. An owner or an
            admin can change it.
          </p>
        )}
        {mayChange && (
          <ConfigurationForm
            key={view.data.revision}
            instance={instance}
            view={view.data}
            described={described.data}
          />
        )}
        {!mayChange && <SettingsInForce view={view.data} />}
      </div>
      <div className="flex min-w-0 flex-col gap-5">
        {mayChange && <SettingsInForce view={view.data} />}
        <SharedSettings instance={instance} view={view.data} described={described.data} />
      </div>
    </div>
  );
}
