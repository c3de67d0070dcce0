import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';
import { Card, Section } from '../../ui/Card.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { Select } from '../../ui/Select.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { PlanConflicts } from './PlanConflicts.tsx';
import { PlanFacts } from './PlanFacts.tsx';
import { StepFoot } from './StepFoot.tsx';
import { conflictsAt } from './steps.ts';
import type { StepProps } from './Wizard.tsx';

/** What will happen, and where it goes. */
export function PlanStep(props: StepProps) {
  const { plan, planError, isPlanning, secrets, draft, change, onBack, onNext } = props;
  const conflicts = conflictsAt('plan', plan, secrets);
  const isBlocked = conflicts.some(({ severity }) => severity === 'error');
  const asksScripts =
    draft.approveScripts === true || conflicts.some(({ code }) => code === 'scripts_not_approved');
  return (
    <>
      <Where {...props} />
      <Problem error={planError} />
      <PlanConflicts conflicts={conflicts} />
      {asksScripts && (
        <Card className="p-4">
          <Field
            label="Let its packages run their install scripts"
            about="They run once, in the sandbox, and may build what it needs. Only for publishers that you trust."
            className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 [&>:nth-child(n+3)]:col-span-2"
          >
            <Switch
              checked={draft.approveScripts === true}
              onChecked={(approveScripts) => change({ approveScripts })}
            />
          </Field>
        </Card>
      )}
      <PlanFacts plan={plan} />
      <Tools plan={plan} />
      <StepFoot
        onBack={onBack}
        onNext={onNext}
        disabled={isBlocked || isPlanning || planError !== null}
        why={
          isPlanning
            ? 'Planning…'
            : isBlocked
              ? 'Something stands in the way: see above.'
              : undefined
        }
      />
    </>
  );
}

function Where({ plan, draft, change, described }: StepProps) {
  const { data } = useQuery(orpc.toolboxes.list.queryOptions());
  const toolboxes = data?.toolboxes ?? [];
  const presets = described?.presets ?? [];
  const chosen = draft.toolbox ?? plan.toolbox.slug;
  return (
    <Section title="Where it goes">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Field label="Toolbox" about="Agents with a grant on the toolbox may use what is in it.">
          <Select
            options={
              toolboxes.length === 0
                ? [{ value: chosen, label: chosen }]
                : toolboxes.map(({ slug, environment }) => ({
                    value: slug,
                    label: slug,
                    about: environment,
                  }))
            }
            value={chosen}
            onValue={(toolbox) => change({ toolbox })}
          />
        </Field>
        <Field label="Name" about="What it is called here: letters, digits and hyphens.">
          <TextInput
            value={draft.slug ?? ''}
            placeholder={plan.slug}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => change({ slug: event.currentTarget.value || undefined })}
          />
        </Field>
        {presets.length > 0 && (
          <Field label="Preset" about="Settings to begin with.">
            <Select
              options={[
                { value: '', label: 'None' },
                ...presets.map(({ id, title, description }) => ({
                  value: id,
                  label: title,
                  about: description,
                })),
              ]}
              value={draft.preset ?? ''}
              onValue={(preset) => change({ preset: preset === '' ? undefined : preset })}
            />
          </Field>
        )}
      </div>
    </Section>
  );
}

const mostTools = 60;

function Tools({ plan: { tools } }: Pick<StepProps, 'plan'>) {
  if (!tools.known) {
    return (
      <p className="text-sm text-soft">
        Its tools are known once it has run. No agent may call them before you grant it.
      </p>
    );
  }
  return (
    <Section title={`Tools it brings (${tools.tools.length})`} about="No agent may use them yet.">
      <ul className="flex flex-wrap gap-2">
        {tools.tools.slice(0, mostTools).map(({ name, level }) => (
          <li
            key={name}
            className="flex max-w-full items-center gap-2 rounded-lg border border-line bg-raised px-2 py-1"
          >
            <span className="truncate font-mono text-xs">
              <Untrusted>{name}</Untrusted>
            </span>
            <LevelBadge level={level} />
          </li>
        ))}
        {tools.tools.length > mostTools && (
          <li className="px-2 py-1 text-sm text-faint">
            and {tools.tools.length - mostTools} more
          </li>
        )}
      </ul>
    </Section>
  );
}
