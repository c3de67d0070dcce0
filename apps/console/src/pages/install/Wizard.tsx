import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { ConfigurationStep } from './ConfigurationStep.tsx';
import { CredentialsStep } from './CredentialsStep.tsx';
import { useRested } from '../../ui/use-rested.ts';
import { DoneStep } from './DoneStep.tsx';
import { inputOf, type Secrets, useDraft } from './draft.ts';
import { InstallStep } from './InstallStep.tsx';
import { PlanStep } from './PlanStep.tsx';
import { Stepper } from './Stepper.tsx';
import { stepsOf, type StepName } from './steps.ts';

/** So long after a change of the draft it is planned anew. */
const restMs = 350;

/** The steps of one installation. Where it stands is in the URL; what was typed is in the draft. */
export function Wizard({ server }: { readonly server: string }) {
  const search = useSearch({ from: '/install' });
  const navigate = useNavigate();
  const { draft, change } = useDraft(server, {
    ...(search.preset !== undefined && { preset: search.preset }),
    ...(search.toolbox !== undefined && { toolbox: search.toolbox }),
  });
  const [secrets, setSecrets] = useState<Secrets>({});
  const planned = useRested(draft, restMs);
  const isDone = search.step === 'done' && search.instance !== undefined;
  const plan = useQuery(
    orpc.instances.plan.queryOptions({
      input: inputOf(server, planned),
      placeholderData: keepPreviousData,
      retry: false,
      enabled: !isDone,
    }),
  );
  const name = plan.data?.server.name;
  const described = useQuery(
    orpc.configuration.describeServer.queryOptions({
      input: { server: name ?? '', ...(plan.data && { version: plan.data.server.version }) },
      enabled: name !== undefined,
      retry: false,
      staleTime: Infinity,
    }),
  );
  const go = (step: StepName, instance?: string) =>
    void navigate({
      to: '/install',
      search: { ...search, step: step === 'plan' ? undefined : step, instance },
      replace: step === 'done',
    });

  if (isDone) {
    return (
      <Page title="Installed" heading="It is installed">
        <DoneStep instance={search.instance ?? ''} />
      </Page>
    );
  }
  const title = plan.data?.server.title ?? server;
  return (
    <Page
      title={`Install ${title}`}
      heading={
        <>
          Install <Untrusted>{title}</Untrusted>
        </>
      }
      actions={
        <ButtonLink to="/marketplace/$" params={{ _splat: name ?? server }}>
          About this server
        </ButtonLink>
      }
    >
      {plan.data && (described.data || described.isError) ? (
        <Steps
          {...{ server, draft, change, secrets, setSecrets, go }}
          plan={plan.data}
          isPlanning={plan.isFetching || planned !== draft}
          planError={plan.error}
          described={described.data}
          asked={search.step}
        />
      ) : (
        <Card>
          {plan.error ? (
            <ErrorState
              error={plan.error}
              title="It cannot be planned"
              onRetry={() => void plan.refetch()}
            />
          ) : (
            <>
              <p role="status" className="px-4 pt-4 text-sm text-soft">
                Finding out what would be fetched and run…
              </p>
              <SkeletonRows />
            </>
          )}
        </Card>
      )}
    </Page>
  );
}

interface StepsProps {
  readonly server: string;
  readonly draft: ReturnType<typeof useDraft>['draft'];
  readonly change: ReturnType<typeof useDraft>['change'];
  readonly secrets: Secrets;
  readonly setSecrets: (secrets: Secrets) => void;
  readonly plan: Parameters<typeof stepsOf>[0];
  /** The plan shown is not of what is typed yet. */
  readonly isPlanning: boolean;
  readonly planError: unknown;
  readonly described: Parameters<typeof stepsOf>[1];
  readonly asked: string | undefined;
  readonly go: (step: StepName, instance?: string) => void;
}

export interface StepProps extends StepsProps {
  readonly onBack: (() => void) | undefined;
  readonly onNext: () => void;
}

function Steps(props: StepsProps) {
  const { plan, described, draft, asked, go } = props;
  const steps = stepsOf(plan, described, draft);
  const at = Math.max(
    0,
    steps.findIndex((step) => step === asked),
  );
  const step = steps[at] ?? 'plan';
  const before = steps[at - 1];
  const after = steps[at + 1];
  const shared: StepProps = {
    ...props,
    onBack: before && (() => go(before)),
    onNext: () => after && go(after),
  };
  return (
    <>
      <Stepper steps={steps} at={at} onStep={go} />
      {step === 'plan' && <PlanStep {...shared} />}
      {step === 'credentials' && <CredentialsStep {...shared} />}
      {step === 'configuration' && <ConfigurationStep {...shared} />}
      {(step === 'install' || step === 'done') && <InstallStep {...shared} />}
    </>
  );
}
