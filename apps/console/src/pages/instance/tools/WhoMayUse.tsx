import type { AccessMatrix, Instance, OfferingView } from '@plugboard/contracts/api';
import { useQueries, useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleSlash } from 'lucide-react';

import { orpc } from '../../../api/client.ts';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { plural } from '../../../ui/format.ts';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { TextLink } from '../../../ui/TextLink.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';

export interface WhoMayUseProps {
  readonly instance: Instance;
  readonly offering: OfferingView;
}

const most = 24;

/** Agents that have any grant here, and what is decided of this tool for each, with the reason. */
export function WhoMayUse({ instance, offering }: WhoMayUseProps) {
  const matrix = useQuery(orpc.access.matrix.queryOptions());
  const agents = matrix.data === undefined ? [] : concerned(matrix.data, instance);
  const { kind, name } = offering;
  const checks = useQueries({
    queries: agents.slice(0, most).map(({ id }) =>
      orpc.access.check.queryOptions({
        input: { agent: id, instance: instance.id, kind, name },
      }),
    ),
  });
  if (matrix.isPending) return <Skeleton className="h-16" />;
  if (matrix.isError) {
    return <ErrorState error={matrix.error} onRetry={() => void matrix.refetch()} />;
  }
  const link = (
    <TextLink to="/matrix" search={{ instance: instance.slug }}>
      Permissions
    </TextLink>
  );
  if (agents.length === 0) {
    return <p className="text-sm text-soft">No agent: nothing is granted here yet. {link}</p>;
  }
  return (
    <div className="flex flex-col gap-2 text-sm">
      <ul className="divide-y divide-line rounded-lg border border-line">
        {agents.slice(0, most).map((agent, index) => {
          const decision = checks[index]?.data;
          return (
            <li key={agent.id} className="flex flex-wrap items-start gap-x-2 px-3 py-2">
              {decision === undefined ? (
                <Skeleton className="mt-1 size-4 rounded-full" />
              ) : decision.allowed ? (
                <CircleCheck className="mt-1 size-4 text-good" aria-label="may use it" />
              ) : (
                <CircleSlash className="mt-1 size-4 text-faint" aria-label="may not use it" />
              )}
              <div className="min-w-0 flex-1">
                <TextLink to="/agents/$agent" params={{ agent: agent.slug }}>
                  <bdi>{visibleText(agent.name)}</bdi>
                </TextLink>
                {decision !== undefined && (
                  <bdi className="block text-xs text-faint">
                    {visibleText(decision.explanation)}
                  </bdi>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      <p className="text-faint">
        {agents.length > most && `${plural(agents.length - most, 'more agent')} with grants here. `}
        {link}
      </p>
    </div>
  );
}

function concerned({ agents, cells }: AccessMatrix, { id, toolbox }: Instance) {
  const here = new Set(
    cells.filter((cell) => cell.id === id || cell.id === toolbox.id).map(({ agentId }) => agentId),
  );
  return agents.filter((agent) => here.has(agent.id));
}
