import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useId } from 'react';

import { api, orpc } from '../../api/client.ts';
import { Section } from '../../ui/Card.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { plural } from '../../ui/format.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { forgetDraft, inputOf } from './draft.ts';
import { InstallProgress } from './InstallProgress.tsx';
import { PlanConflicts } from './PlanConflicts.tsx';
import { StepFoot } from './StepFoot.tsx';
import { useInstallation } from './use-installation.ts';
import type { StepProps } from './Wizard.tsx';

/** The plan with everything in it, and then its carrying out: just what was shown. */
export function InstallStep({ server, draft, secrets, onBack, go }: StepProps) {
  const client = useQueryClient();
  const id = useId();
  const input = inputOf(server, draft, secrets);
  // Its key is without the input, in which secrets are.
  const last = useQuery({
    queryKey: ['install-plan', id],
    queryFn: ({ signal }) => api.instances.plan(input, { signal }),
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
  });
  const { installation, start, cancel } = useInstallation((instance) => {
    forgetDraft(server);
    void client.invalidateQueries({ queryKey: orpc.instances.key() });
    void client.invalidateQueries({ queryKey: orpc.catalog.key() });
    go('done', instance.id);
  });
  const plan = last.data;
  if (installation.state !== 'idle') {
    return (
      <InstallProgress
        installation={installation}
        isRemote={plan?.run?.driver === 'remote'}
        onCancel={cancel}
        onRetry={() => void start({ ...input, ...(plan && { planDigest: plan.digest }) })}
        onBack={onBack}
      />
    );
  }
  if (!plan) {
    return last.error ? (
      <>
        <ErrorState
          error={last.error}
          title="It cannot be planned"
          onRetry={() => void last.refetch()}
        />
        <StepFoot onBack={onBack} onNext={() => void last.refetch()} next="Plan again" />
      </>
    ) : (
      <SkeletonRows rows={3} />
    );
  }
  return (
    <>
      <Section title="Ready to install" about="This is done, and nothing else.">
        <Facts
          rows={[
            [
              'Server',
              <Untrusted key="server">{`${plan.server.name} ${plan.server.version}`}</Untrusted>,
            ],
            ['Name here', plan.slug],
            ['Toolbox', `${plan.toolbox.slug} (${plan.toolbox.environment})`],
            [
              'Fetches',
              plan.fetch.present ? 'nothing' : plural(plan.fetch.packages.length, 'package'),
            ],
            ['Reaches', reachOf(plan.reach.policy)],
            [
              'Credentials',
              plan.credentials.length === 0
                ? undefined
                : plural(plan.credentials.filter(({ given }) => given).length, 'given', 'given'),
            ],
            ['Settings', settingsOf(draft)],
          ]}
        />
      </Section>
      <PlanConflicts conflicts={plan.conflicts} />
      <StepFoot
        onBack={onBack}
        onNext={() => void start({ ...input, planDigest: plan.digest })}
        next="Install"
        icon={<Download className="size-4" aria-hidden />}
        disabled={!plan.ready || last.isFetching}
        why={plan.ready ? undefined : 'Something stands in the way: see above.'}
      />
    </>
  );
}

type Policy = Awaited<ReturnType<typeof api.instances.plan>>['reach']['policy'];

function reachOf(policy: Policy): string {
  if (policy.mode === 'off') return 'no network';
  return policy.mode === 'open' ? 'any host' : policy.hosts.join(', ');
}

function settingsOf({ preset, values }: StepProps['draft']): string | undefined {
  const own = Object.keys(values);
  const told = [...(preset === undefined ? [] : [`preset ${preset}`]), ...own];
  return told.length === 0 ? undefined : told.join(', ');
}
