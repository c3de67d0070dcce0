import type { Instance } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CircleCheck, RefreshCw } from 'lucide-react';

import { api, orpc } from '../../../api/client.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Card, Section } from '../../../ui/Card.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { ChangelogSection } from './ChangelogSection.tsx';
import { candidatesOf } from './candidates.ts';
import { UpdateSection } from './UpdateSection.tsx';
import { VersionChoice } from './VersionChoice.tsx';

/** What is newer, what it would change, and updating to it. */
export function UpdatesTab({ instance }: { readonly instance: Instance }) {
  const may = useMay();
  const client = useQueryClient();
  const search = useSearch({ from: '/instances/$instance' });
  const navigate = useNavigate({ from: '/instances/$instance' });
  const options = orpc.versions.list.queryOptions({ input: { instance: instance.id } });
  const query = useQuery(options);
  const ask = useQuery({
    queryKey: ['versions-asked-anew', instance.id],
    enabled: false,
    retry: false,
    queryFn: async () => {
      const answer = await api.versions.list({ instance: instance.id, fresh: true });
      client.setQueryData(options.queryKey, answer);
      void client.invalidateQueries({ queryKey: orpc.instances.key() });
      return answer.current;
    },
  });
  if (query.data === undefined) {
    return query.isError ? (
      <Card>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    ) : (
      <div role="status" aria-label="Asking for versions" className="grid gap-5 lg:grid-cols-2">
        <Skeleton className="h-64" />
        <Skeleton className="h-64" />
      </div>
    );
  }
  const { updates, problem, from, versions, current } = query.data;
  const candidates = candidatesOf(query.data);
  const others = versions.filter(
    ({ version }) =>
      version !== current && candidates.every((candidate) => candidate.version !== version),
  );
  const asked = versions.find(({ version }) => version === search.to && version !== current);
  const to = asked?.version ?? candidates[0]?.version;
  const askAgain = may('version.ask_registries') && from !== 'nobody' && (
    <Button
      size="small"
      busy={ask.isFetching}
      icon={<RefreshCw className="size-4" aria-hidden />}
      onClick={() => void ask.refetch()}
    >
      Ask anew
    </Button>
  );
  return (
    <div className="flex flex-col gap-5">
      {(updates?.yanked === true || updates?.deprecated !== undefined) && (
        <p role="alert" className="rounded-card bg-warn-soft px-4 py-3 text-sm text-warn">
          {updates.yanked
            ? `Version ${visibleText(current)} is no longer to be had: it could not be installed again.`
            : 'Its publisher advises against this version: '}
          {updates.deprecated !== undefined && <bdi>{visibleText(updates.deprecated)}</bdi>}
        </p>
      )}
      {problem !== undefined && (
        <p role="alert" className="rounded-card bg-bad-soft px-4 py-3 text-sm text-bad">
          <bdi>{visibleText(problem)}</bdi>
        </p>
      )}
      {to === undefined ? (
        <Card>
          <EmptyState
            icon={<CircleCheck aria-hidden />}
            title={
              from === 'nobody'
                ? 'Nobody tells of its versions'
                : `${visibleText(current)} is the newest`
            }
            action={askAgain}
          >
            {from === 'nobody'
              ? 'It is a remote that the catalog does not have: its operator updates it.'
              : `${versions.length === 1 ? 'One version is' : `${versions.length} versions are`} known. Plugboard looks for new ones by itself.`}
          </EmptyState>
        </Card>
      ) : (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
          <Section title="Newer versions" actions={askAgain}>
            <VersionChoice
              candidates={candidates}
              others={others}
              value={to}
              onValue={(next) =>
                void navigate({ search: (before) => ({ ...before, to: next }), replace: true })
              }
            />
          </Section>
          <div className="flex min-w-0 flex-col gap-5">
            <UpdateSection key={to} instance={instance} to={to} />
            <ChangelogSection instance={instance} to={to} />
          </div>
        </div>
      )}
    </div>
  );
}
