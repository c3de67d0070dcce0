import type { DoctorCheck } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleX, RotateCw } from 'lucide-react';

import { orpc } from '../../../api/client.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';

const ranks = { failed: 0, warning: 1, ok: 2 } as const;

/** Everything that the server depends on, looked at now, with a cure for each fault. */
export function DoctorSection() {
  const report = useQuery(orpc.status.doctor.queryOptions({ staleTime: 0 }));
  const checks = (report.data?.checks ?? []).toSorted((a, b) => ranks[a.result] - ranks[b.result]);
  return (
    <Section
      title="Checks"
      about="The same as plugboard doctor, looked at now."
      actions={
        <Button
          size="small"
          icon={<RotateCw className="size-4" aria-hidden />}
          busy={report.isFetching}
          onClick={() => void report.refetch()}
        >
          Check again
        </Button>
      }
      flush
    >
      {report.isPending && <SkeletonRows />}
      {report.isError && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {report.data && (
        <ul aria-label="Checks" className="divide-y divide-line">
          {checks.map((check) => (
            <Check key={check.name} check={check} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Check({ check: { name, result, message, cure } }: { readonly check: DoctorCheck }) {
  return (
    <li className="flex items-start gap-3 px-4 py-2.5 text-sm sm:px-5">
      <CheckIcon result={result} />
      <div className="min-w-0">
        <p className="font-medium">{name}</p>
        <Untrusted className="block text-soft">{message}</Untrusted>
        {cure !== undefined && (
          <p className="mt-1">
            <span className="font-medium">Cure: </span>
            <Untrusted>{cure}</Untrusted>
          </p>
        )}
      </div>
    </li>
  );
}

function CheckIcon({ result }: Pick<DoctorCheck, 'result'>) {
  const look = 'mt-0.5 size-4 shrink-0';
  if (result === 'ok') return <CircleCheck className={`${look} text-good`} aria-label="good" />;
  if (result === 'warning')
    return <CircleAlert className={`${look} text-warn`} aria-label="warning" />;
  return <CircleX className={`${look} text-bad`} aria-label="failed" />;
}
