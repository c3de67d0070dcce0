import { useState } from 'react';

import { checkValue } from '../../forms/check-value.ts';
import { formErrors } from '../../forms/form-errors.ts';
import { SchemaForm } from '../../forms/SchemaForm.tsx';
import { Section } from '../../ui/Card.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextArea } from '../../ui/TextInput.tsx';
import { PlanConflicts } from './PlanConflicts.tsx';
import { StepFoot } from './StepFoot.tsx';
import { conflictsAt } from './steps.ts';
import type { StepProps } from './Wizard.tsx';

/** How it is to run. Each change is planned anew, and what the plan says stands at its field. */
export function ConfigurationStep(props: StepProps) {
  const { plan, planError, isPlanning, described, draft, change, secrets, onBack, onNext } = props;
  const [tried, setTried] = useState(false);
  const without = new Set(plan.credentials.flatMap(({ key }) => (key === undefined ? [] : [key])));
  const conflicts = conflictsAt('configuration', plan, secrets);
  const told = Object.fromEntries(
    conflicts.flatMap(({ subject, message }) =>
      subject === undefined ? [] : [[subject, message]],
    ),
  );
  const schema = described?.schema ?? {};
  const checked = Object.fromEntries(
    Object.entries(checkValue(schema, draft.values)).filter(
      ([path, message]) => !without.has(path) && (tried || message !== 'Fill this in'),
    ),
  );
  // With a preset, what it fills in need not be.
  const errors = { ...(tried ? told : {}), ...formErrors(planError, 'values'), ...checked };
  const isBlocked =
    planError !== null ||
    conflicts.some(({ severity }) => severity === 'error') ||
    Object.keys(checked).length > 0;
  // Of an open server the schema has its variables and arguments whole: they have fields of their own.
  const named =
    described?.open === false
      ? Object.keys(described.schema.properties).filter((key) => !without.has(key))
      : [];
  const general = conflicts.filter(
    ({ subject }) => subject === undefined || !named.includes(subject),
  );
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        // While it is planned anew, the last step tells what is wrong.
        if (isPlanning ? Object.keys(checked).length === 0 : !isBlocked) onNext();
      }}
    >
      {named.length > 0 && (
        <Section title="Configuration" about="What you leave empty stays as its publisher has it.">
          <div className="max-w-2xl">
            <SchemaForm
              schema={schema}
              value={draft.values}
              onValue={(values) => change({ values })}
              errors={errors}
              without={without}
            />
          </div>
        </Section>
      )}
      {described?.open !== false && plan.run?.driver !== 'remote' && <OpenPart {...props} />}
      <PlanConflicts conflicts={general} />
      <Problem error={planError} />
      <StepFoot
        onBack={onBack}
        why={
          isPlanning ? 'Checking…' : tried && isBlocked ? 'See what is marked above.' : undefined
        }
      />
    </form>
  );
}

function OpenPart({ draft, change }: StepProps) {
  return (
    <Section
      title="Variables and arguments"
      about="Nobody told us what it takes; its documentation may. Secrets are not for here: give them as credentials of its instance."
    >
      <div className="grid gap-4 md:grid-cols-2">
        <Field label="Environment variables" about="NAME=value, a line each">
          <TextArea
            className="font-mono text-xs"
            spellCheck={false}
            value={draft.env}
            onChange={(event) => change({ env: event.currentTarget.value })}
          />
        </Field>
        <Field label="Arguments" about="A line each">
          <TextArea
            className="font-mono text-xs"
            spellCheck={false}
            value={draft.args}
            onChange={(event) => change({ args: event.currentTarget.value })}
          />
        </Field>
      </div>
    </Section>
  );
}
