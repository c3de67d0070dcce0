import type { CatalogServer } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';
import { useMay } from '../../shell/use-me.ts';
import { Section } from '../../ui/Card.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { formatDuration } from '../../ui/format.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { PlanFacts } from '../install/PlanFacts.tsx';
import { PlanConflicts } from '../install/PlanConflicts.tsx';

interface ServerProps {
  readonly server: CatalogServer;
}

/** What it runs, reaches and asks for, before it is installed. */
export function SecurityTab({ server }: ServerProps) {
  const may = useMay();
  return (
    <div className="flex flex-col gap-5">
      <Trust server={server} />
      {may('instance.plan') ? (
        <Plan server={server} />
      ) : (
        <p className="text-sm text-soft">
          Owners and admins also see here what it would fetch, run and reach.
        </p>
      )}
    </div>
  );
}

function Trust({ server }: ServerProps) {
  const { startMs, memoryMb } = server.measured ?? {};
  return (
    <Section title="Who and what">
      <Facts
        rows={[
          [
            'Publisher',
            <span key="publisher">
              <Untrusted>{server.publisher}</Untrusted>,{' '}
              {server.verified ? 'verified: it owns the name or domain' : 'not verified by anybody'}
            </span>,
          ],
          ['Licence', <Untrusted key="licence">{server.license ?? 'not told'}</Untrusted>],
          [
            'Asks for',
            server.credentials.length === 0 ? (
              'no credential'
            ) : (
              <Untrusted key="asks">
                {server.credentials.map(({ title }) => title).join(', ')}
              </Untrusted>
            ),
          ],
          ['Start', startMs === undefined ? undefined : `${formatDuration(startMs)}, as measured`],
          ['Memory', memoryMb === undefined ? undefined : `${memoryMb} MB at rest, as measured`],
        ]}
      />
      {server.remarks.length > 0 && (
        <ul className="mt-4 flex list-disc flex-col gap-1 rounded-lg bg-warn-soft py-2.5 pr-3 pl-7 text-sm">
          {server.remarks.map((remark) => (
            <li key={remark}>
              <Untrusted>{remark}</Untrusted>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Plan({ server }: ServerProps) {
  const { data, error, refetch } = useQuery(
    orpc.instances.plan.queryOptions({
      input: { server: server.name },
      staleTime: 5 * 60_000,
      retry: false,
    }),
  );
  if (!data) {
    return error ? (
      <ErrorState
        error={error}
        title="What it would run could not be found out"
        onRetry={() => void refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  return (
    <>
      <PlanConflicts conflicts={data.conflicts} />
      <PlanFacts plan={data} />
    </>
  );
}
