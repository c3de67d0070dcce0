import { Page } from '../../shell/Page.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { ActiveAgents } from './ActiveAgents.tsx';
import { CallStream } from './CallStream.tsx';
import { CallsChart } from './CallsChart.tsx';
import { FirstSteps } from './FirstSteps.tsx';
import { HealthStrip } from './HealthStrip.tsx';
import { headline } from './headline.ts';
import { HomeSkeleton } from './HomeSkeleton.tsx';
import { NeedList } from './NeedList.tsx';
import { useLiveOverview } from './use-live-overview.ts';

/** Is everything healthy, what are the agents doing right now, what needs me? */
export function HomePage() {
  const { overview, error, refetch } = useLiveOverview();
  if (!overview) {
    return (
      <Page title="Home">
        {error ? (
          <div className="glass rounded-card">
            <ErrorState
              title="The overview could not be read"
              error={error}
              onRetry={() => void refetch()}
            />
          </div>
        ) : (
          <HomeSkeleton />
        )}
      </Page>
    );
  }
  const { heading, about } = headline(overview);
  const isNew = overview.calls.total === 0 && overview.agents.length === 0;
  return (
    <Page title="Home" heading={heading} about={about}>
      <HealthStrip health={overview.health} counts={overview.counts} />
      {isNew && <FirstSteps overview={overview} />}
      <div className="grid min-w-0 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] xl:grid-cols-[minmax(0,1fr)_25rem]">
        <div className="flex min-w-0 flex-col gap-5 lg:order-last">
          <NeedList needs={overview.needs} total={overview.needsTotal} at={overview.at} />
          {overview.agents.length > 0 && <ActiveAgents agents={overview.agents} />}
        </div>
        <section aria-label="Calls" className="glass min-w-0 rounded-card">
          {overview.calls.total > 0 && <CallsChart calls={overview.calls} />}
          <CallStream calls={overview.calls.recent} />
        </section>
      </div>
    </Page>
  );
}
