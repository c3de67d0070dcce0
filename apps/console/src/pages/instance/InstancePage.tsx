import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';

import { orpc } from '../../api/client.ts';
import { readError } from '../../api/errors.ts';
import { Page } from '../../shell/Page.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { visibleText } from '../../ui/Untrusted.tsx';
import { HealthNotice } from './HealthNotice.tsx';
import { InstanceActions } from './InstanceActions.tsx';
import { InstanceTabs } from './InstanceTabs.tsx';

/** One installed server: how it is, what it offers, and everything that can be done to it. */
export function InstancePage() {
  const { instance: slug } = useParams({ from: '/instances/$instance' });
  const query = useQuery(orpc.instances.get.queryOptions({ input: { instance: slug } }));
  const instance = query.data;
  if (instance === undefined) {
    return (
      <Page title={slug}>
        {query.isError ? (
          <Card>
            <ErrorState
              title="This instance could not be loaded"
              error={query.error}
              onRetry={
                readError(query.error).code === 'not_found' ? undefined : () => void query.refetch()
              }
            />
            <p className="pb-8 text-center">
              <ButtonLink to="/instances">All instances</ButtonLink>
            </p>
          </Card>
        ) : (
          <InstanceSkeleton />
        )}
      </Page>
    );
  }
  const { title, server, toolbox, version } = instance;
  return (
    <Page
      key={instance.id}
      title={instance.slug}
      heading={
        <span className="flex min-w-0 items-center gap-3">
          <ServerIcon icon={instance.icon} size={40} />
          <span className="min-w-0 [overflow-wrap:anywhere]">{instance.slug}</span>
        </span>
      }
      about={
        <div className="mt-1.5 flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <StateBadge state={instance.state.name} />
          <bdi className="font-medium text-ink">{visibleText(title)}</bdi>
          <bdi className="tabular-nums">{visibleText(version)}</bdi>
          {title !== server && <bdi className="text-faint">{visibleText(server)}</bdi>}
          <span>
            in{' '}
            <TextLink to="/instances" search={{ toolbox: toolbox.slug }}>
              {toolbox.slug}
            </TextLink>
          </span>
        </div>
      }
      actions={<InstanceActions instance={instance} />}
    >
      <HealthNotice instance={instance} />
      <InstanceTabs instance={instance} />
    </Page>
  );
}

function InstanceSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-5">
      <Skeleton className="h-9 w-full max-w-xl" />
      <div className="grid gap-5 lg:grid-cols-2">
        <Skeleton className="h-64" />
        <Skeleton className="h-64" />
      </div>
    </div>
  );
}
