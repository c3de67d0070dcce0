import type { ConfigurationView, DescribedConfiguration, Instance } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { propertiesOf } from '../../../forms/json-schema.ts';
import { SchemaForm } from '../../../forms/SchemaForm.tsx';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { Field } from '../../../ui/Field.tsx';
import { Select } from '../../../ui/Select.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { changeOf, draftOf } from './draft.ts';
import { launchInForce, launchPatch, launchSchema } from './launch-schema.ts';
import { ReviewDialog } from './ReviewDialog.tsx';

export interface ConfigurationFormProps {
  readonly instance: Instance;
  readonly view: ConfigurationView;
  readonly described: DescribedConfiguration;
}

const none = '';

/** Changes the configuration: nothing is saved before it was looked at. */
export function ConfigurationForm({ instance, view, described }: ConfigurationFormProps) {
  const launch = useMemo(() => launchInForce(instance, view), [instance, view]);
  const [draft, setDraft] = useState(() => draftOf(view, launch));
  const [reviewing, setReviewing] = useState(false);
  const change = useMemo(
    () => changeOf(draft, view, described, launchPatch(launch, draft.launch, view)),
    [draft, view, described, launch],
  );
  const templates = useQuery(
    orpc.configuration.templates.list.queryOptions({ input: { server: view.server } }),
  );
  const hasValues = Object.keys(propertiesOf(described.schema)).length > 0;
  const known = templates.data?.templates ?? [];
  return (
    <>
      {(described.presets.length > 0 || known.length > 0) && (
        <Section title="Begins with" about="What you set yourself outranks both.">
          <div className="grid gap-4 sm:grid-cols-2">
            {described.presets.length > 0 && (
              <Field label="Preset" about="Of the publisher.">
                <Select
                  value={draft.preset ?? none}
                  onValue={(preset) =>
                    setDraft({ ...draft, preset: preset === none ? undefined : preset })
                  }
                  options={[
                    { value: none, label: 'None' },
                    ...described.presets.map(({ id, title, description }) => ({
                      value: id,
                      label: visibleText(title),
                      about: visibleText(description),
                    })),
                  ]}
                />
              </Field>
            )}
            {known.length > 0 && (
              <Field label="Template" about="Of your organization.">
                <Select
                  value={draft.template ?? none}
                  onValue={(template) =>
                    setDraft({ ...draft, template: template === none ? undefined : template })
                  }
                  options={[
                    { value: none, label: 'None' },
                    ...known.map(({ slug, title }) => ({ value: slug, label: title })),
                  ]}
                />
              </Field>
            )}
          </div>
        </Section>
      )}
      {(hasValues || described.open) && (
        <Section
          title="Settings"
          about={
            hasValues
              ? 'As its publisher describes them. What is left empty is inherited; secrets that are set are not shown.'
              : undefined
          }
        >
          {hasValues ? (
            <SchemaForm
              schema={described.schema}
              value={draft.values}
              onValue={(values) => setDraft({ ...draft, values })}
            />
          ) : (
            <p className="text-sm text-soft">
              Nobody says what it takes. Give it variables below, as its own documentation says.
            </p>
          )}
        </Section>
      )}
      <Section title="How it runs" about="What it may use and reach.">
        <SchemaForm
          schema={launchSchema(instance)}
          value={draft.launch}
          onValue={(next) => setDraft({ ...draft, launch: next })}
        />
      </Section>
      {change !== undefined && (
        <div
          role="region"
          aria-label="Unsaved changes"
          className="glass-high sticky bottom-18 z-10 flex flex-wrap items-center gap-2 rounded-2xl px-4 py-2.5 md:bottom-4"
        >
          <p className="mr-auto text-sm font-medium">Not saved yet</p>
          <Button size="small" onClick={() => setDraft(draftOf(view, launch))}>
            Discard
          </Button>
          <Button size="small" variant="primary" onClick={() => setReviewing(true)}>
            Review changes
          </Button>
        </div>
      )}
      {reviewing && change !== undefined && (
        <ReviewDialog
          instance={instance}
          revision={view.revision}
          change={change}
          onClose={() => setReviewing(false)}
        />
      )}
    </>
  );
}
