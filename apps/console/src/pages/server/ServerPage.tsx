import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';

import { orpc } from '../../api/client.ts';
import { readError } from '../../api/errors.ts';
import { Page } from '../../shell/Page.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { ServerActions, ServerHeading } from './ServerHeading.tsx';
import { ServerTabs } from './ServerTabs.tsx';

const route = getRouteApi('/marketplace/$');

/** Everything about one server of the catalog. */
export function ServerPage() {
  const { _splat: name = '' } = route.useParams();
  const { data, error, refetch } = useQuery(orpc.catalog.get.queryOptions({ input: { name } }));
  if (data) {
    return (
      <Page
        title={data.title}
        heading={<ServerHeading server={data} />}
        about={
          <p className="pt-2">
            <Untrusted>{data.description}</Untrusted>
          </p>
        }
        actions={<ServerActions server={data} />}
      >
        <ServerTabs server={data} />
      </Page>
    );
  }
  if (error) {
    const isUnknown = readError(error).code === 'not_found';
    return (
      <Page title={isUnknown ? 'No such server' : 'Server'}>
        <Card>
          {isUnknown ? (
            <EmptyState
              title="The catalog has no such server"
              action={
                <ButtonLink to="/marketplace" variant="primary">
                  Search the marketplace
                </ButtonLink>
              }
            >
              <Untrusted>{name}</Untrusted> may be told of by a source that you do not have.
            </EmptyState>
          ) : (
            <ErrorState error={error} onRetry={() => void refetch()} />
          )}
        </Card>
      </Page>
    );
  }
  return (
    <Page title="Server" heading={<Untrusted>{name}</Untrusted>}>
      <div role="status" aria-label="Loading" className="flex flex-col gap-4">
        <Skeleton className="h-9 max-w-lg" />
        <Skeleton className="h-80 rounded-card" />
      </div>
    </Page>
  );
}
