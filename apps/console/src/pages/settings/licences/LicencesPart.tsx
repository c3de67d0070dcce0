import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../../api/client.ts';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { LicenceForm } from './LicenceForm.tsx';

/** Which licences what is installed may have. */
export function LicencesPart() {
  const policy = useQuery(orpc.licencePolicy.get.queryOptions());
  return (
    <Section
      title="Licence policy"
      about="Looked at before anything is installed or updated, with everything that a package needs. What is installed already stays."
    >
      {policy.isPending && <SkeletonRows rows={3} />}
      {policy.isError && <ErrorState error={policy.error} onRetry={() => void policy.refetch()} />}
      {policy.data && <LicenceForm key={JSON.stringify(policy.data)} policy={policy.data} />}
    </Section>
  );
}
