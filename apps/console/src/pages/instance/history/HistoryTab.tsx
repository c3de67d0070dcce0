import type { Instance } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { Card } from '../../../ui/Card.tsx';
import { Revision } from './Revision.tsx';
import { RollBackDialog } from './RollBackDialog.tsx';

const page = 50;
const most = 500;

/** What the instance was, newest first, and going back to it. */
export function HistoryTab({ instance }: { readonly instance: Instance }) {
  const [limit, setLimit] = useState(page);
  const [target, setTarget] = useState<number>();
  const query = useQuery(
    orpc.versions.history.queryOptions({
      input: { instance: instance.id, limit },
      placeholderData: (before) => before,
    }),
  );
  const members = useQuery(orpc.members.list.queryOptions());
  if (query.data === undefined) {
    return (
      <Card>
        {query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={5} className="h-16" />
        )}
      </Card>
    );
  }
  const { revisions } = query.data;
  const names = new Map(members.data?.members.map(({ id, name }) => [id, name]));
  const current = revisions.find((each) => each.current);
  return (
    <Section
      flush
      title="History"
      about="Every change makes a revision. Going back makes another one: nothing is lost."
    >
      <ol aria-label="Revisions" className="divide-y divide-line">
        {revisions.map((revision) => (
          <Revision
            key={revision.revision}
            instanceId={instance.id}
            revision={revision}
            by={revision.memberId === undefined ? undefined : names.get(revision.memberId)}
            onRollBack={() => setTarget(revision.revision)}
          />
        ))}
      </ol>
      {revisions.length >= limit && limit < most && (
        <div className="border-t border-line px-5 py-3 text-center">
          <Button
            size="small"
            busy={query.isFetching}
            onClick={() => setLimit(Math.min(limit * 4, most))}
          >
            Show more
          </Button>
        </div>
      )}
      {target !== undefined && current !== undefined && (
        <RollBackDialog
          instance={instance}
          from={current.revision}
          to={target}
          onClose={() => setTarget(undefined)}
        />
      )}
    </Section>
  );
}
