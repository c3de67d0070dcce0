import type { InheritEvent, Instance } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { useRun } from '../../../api/use-run.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Field } from '../../../ui/Field.tsx';
import { RunSteps } from '../../../ui/RunSteps.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

export interface TemplateDialogProps {
  readonly instance: Instance;
  readonly server: string;
  readonly onClose: () => void;
}

type Inherited = Extract<InheritEvent, { type: 'done' }>;

/** Saves an instance's own settings, without its secrets, for others to begin with. */
export function TemplateDialog({ instance, server, onClose }: TemplateDialogProps) {
  const client = useQueryClient();
  const [slug, setSlug] = useState('');
  const [title, setTitle] = useState('');
  const run = useRun<Inherited>({ goesOn: true });
  const isRunning = run.status === 'running';
  const save = async () => {
    const done = await run.start((signal) =>
      api.configuration.templates.save(
        {
          server,
          slug: slug.trim(),
          instance: instance.id,
          ...(title.trim() !== '' && { title: title.trim() }),
        },
        { signal },
      ),
    );
    if (done === undefined) return;
    void client.invalidateQueries({ queryKey: orpc.configuration.key() });
    tellDone(`Saved the template ${slug.trim()}`);
    onClose();
  };
  return (
    <Dialog
      open
      onOpen={() => !isRunning && onClose()}
      width="small"
      title="Save as template"
      about={`The own settings of ${instance.slug}, without its secrets. A template of the same name is replaced, and what uses it starts anew.`}
      footer={
        <>
          <Button disabled={isRunning} onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            busy={isRunning}
            disabled={slug.trim() === ''}
            onClick={() => void save()}
          >
            Save
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (slug.trim() !== '' && !isRunning) void save();
        }}
      >
        <Field label="Name" required about="Lower-case letters, digits and hyphens.">
          <TextInput
            value={slug}
            autoComplete="off"
            placeholder="read-only"
            onChange={(event) => setSlug(event.currentTarget.value)}
          />
        </Field>
        <Field label="Title">
          <TextInput value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        </Field>
        <RunSteps run={run} label="Saving" />
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    </Dialog>
  );
}
