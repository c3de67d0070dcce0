import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';

import { ConnectInstructions } from '../../clients/ConnectInstructions.tsx';
import { findChoice } from '../../clients/client-choices.ts';
import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMe } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Section } from '../../ui/Card.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { plural } from '../../ui/format.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { FirstCall } from './FirstCall.tsx';
import { useFirstCall } from './use-first-call.ts';

const route = getRouteApi('/welcome');

/** From nothing to a first connected client. */
export function WelcomePage() {
  const { client } = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const status = useQuery(orpc.status.get.queryOptions({}));
  const instances = useQuery(orpc.instances.list.queryOptions({}));
  const call = useFirstCall();
  const { error } = status;
  const url = status.data?.urls.mcp;
  const title = findChoice(client)?.title;
  const servers = instances.data?.instances ?? [];
  return (
    <Page
      title="Connect a client"
      heading={`Welcome, ${me.name.split(/\s+/)[0] ?? me.name}`}
      about={
        servers.length > 0
          ? `${plural(servers.length, 'server')} with ${plural(
              servers.reduce((sum, { offers }) => sum + offers.tools, 0),
              'tool',
            )} ${servers.length === 1 ? 'waits' : 'wait'} here. Connect the client you use, and it can reach them.`
          : 'Connect the client you use; servers can come later.'
      }
      actions={<ButtonLink to="/">{call ? 'Go to home' : 'Later'}</ButtonLink>}
    >
      <div className="grid min-w-0 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Section
          title={client === undefined ? 'Which client do you use?' : 'Connect it'}
          about={
            client === undefined
              ? 'You can connect others later, from the page of an agent.'
              : undefined
          }
        >
          {error && <ErrorState error={error} onRetry={() => void status.refetch()} />}
          {!error && url === undefined && <Skeleton className="h-44" />}
          {url !== undefined && (
            <ConnectInstructions
              url={url}
              client={client}
              onClient={(chosen) =>
                void navigate({ search: { client: chosen }, replace: true, resetScroll: false })
              }
            />
          )}
        </Section>
        <FirstCall
          client={title}
          call={call}
          instances={servers}
          isWaiting={client !== undefined}
        />
      </div>
    </Page>
  );
}
