import type { Instance, InstanceChangedEvent, PlanUpdateEvent } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleArrowUp, GitCompareArrows } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { useRun } from '../../../api/use-run.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { CheckboxField } from '../../../ui/CheckboxField.tsx';
import { RunSteps } from '../../../ui/RunSteps.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { rereadInstance, undoRevision } from '../history/undo-revision.ts';
import { UpdatePlanView } from './UpdatePlanView.tsx';

export interface UpdateSectionProps {
  readonly instance: Instance;
  readonly to: string;
}

type Planned = Extract<PlanUpdateEvent, { type: 'done' }>;
type Changed = Extract<InstanceChangedEvent, { type: 'done' }>;

/** Tries a version beside the one that runs, shows what differs, and updates to it. */
export function UpdateSection({ instance, to }: UpdateSectionProps) {
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/instances/$instance' });
  const [allowBreaking, setAllowBreaking] = useState(false);
  const [approveScripts, setApproveScripts] = useState(false);
  const plan = useRun<Planned>();
  const update = useRun<Changed>({ goesOn: true });
  const planned = plan.done?.plan;
  const takes = planned?.affected.some(({ effect }) => effect === 'loses') ?? false;
  const isBreaking = planned !== undefined && (planned.contract.breaking || takes);
  const scripts = planned?.packages?.scripts ?? [];
  const isLocked = (isBreaking && !allowBreaking) || (scripts.length > 0 && !approveScripts);
  const isRunning = plan.status === 'running' || update.status === 'running';

  const start = async () => {
    const { revisions } = await client.fetchQuery(
      orpc.versions.history.queryOptions({ input: { instance: instance.id, limit: 1 } }),
    );
    const before = revisions.find(({ current }) => current)?.revision;
    const changed = await update.start((signal) =>
      api.versions.update({ instance: instance.id, to, allowBreaking, approveScripts }, { signal }),
    );
    rereadInstance(client);
    if (changed === undefined) return;
    tellDone(
      `${instance.slug} is ${changed.version} now`,
      before === undefined ? undefined : () => undoRevision(client, instance, before),
    );
    void navigate({ search: { tab: 'history' } });
  };
  return (
    <Section
      title={
        <span className="tabular-nums">
          <bdi>{visibleText(instance.version)}</bdi> → <bdi>{visibleText(to)}</bdi>
        </span>
      }
      about="It is tried beside the one that runs; nothing changes for agents meanwhile."
      actions={
        may('version.plan') && (
          <Button
            icon={<GitCompareArrows className="size-4" aria-hidden />}
            busy={plan.status === 'running'}
            disabled={isRunning}
            onClick={() =>
              void plan.start((signal) =>
                api.versions.planUpdate({ instance: instance.id, to, approveScripts }, { signal }),
              )
            }
          >
            {planned === undefined ? 'Compare' : 'Compare again'}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {plan.status === 'idle' && (
          <p className="text-sm text-soft">
            Compare first: which tools change, which agents that touches, and which packages come.
          </p>
        )}
        {plan.status !== 'done' && <RunSteps run={plan} label="Comparing" />}
        {planned !== undefined && <UpdatePlanView plan={planned} />}
        {isBreaking && may('version.update') && (
          <CheckboxField
            checked={allowBreaking}
            onChecked={setAllowBreaking}
            label="Update although it breaks what agents use"
            about="What they call as before fails from then on."
          />
        )}
        {scripts.length > 0 && may('version.update') && (
          <CheckboxField
            checked={approveScripts}
            onChecked={setApproveScripts}
            label="Let its packages run their install scripts, in the sandbox"
            about={<bdi className="font-mono break-all">{visibleText(scripts.join(', '))}</bdi>}
          />
        )}
        <RunSteps run={update} label="Updating" />
        {update.status === 'failed' && (
          <p className="text-sm text-soft">
            {instance.slug} runs as it did before: a failed update goes back by itself.
          </p>
        )}
        {may('version.update') && planned !== undefined && (
          <div>
            <Button
              variant="primary"
              icon={<CircleArrowUp className="size-4" aria-hidden />}
              busy={update.status === 'running'}
              disabled={isLocked || isRunning}
              onClick={() => void start()}
            >
              Update to {visibleText(to)}
            </Button>
          </div>
        )}
      </div>
    </Section>
  );
}
