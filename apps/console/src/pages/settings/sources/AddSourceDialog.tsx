import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Field } from '../../../ui/Field.tsx';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { SegmentedControl } from '../../../ui/SegmentedControl.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';
import { type SourceDraft, SourceFields, sourceInputOf } from './SourceFields.tsx';

const kinds = [
  { value: 'registry', label: 'MCP registry' },
  { value: 'docker', label: 'Docker catalog' },
  { value: 'folder', label: 'Folder or git' },
] as const;

type Kind = (typeof kinds)[number]['value'];

const empty: SourceDraft = {
  title: '',
  location: '',
  audience: 'members',
  priority: '',
  every: '3600000',
  token: '',
  allowPrivateNetwork: false,
};

/** Adds a source and has it read at once. */
export function AddSourceDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>('registry');
  const [slug, setSlug] = useState('');
  const [draft, setDraft] = useState(empty);
  const add = useMutation({
    mutationFn: async () => {
      const source = await api.sources.add({ slug: slug.trim(), kind, ...sourceInputOf(draft) });
      await api.sources.sync({ source: source.id });
      return source;
    },
    onSuccess(source) {
      tellDone(`${source.title} is added, and is being read`);
      onClose();
    },
    onError: () => undefined,
    onSettled: () => client.invalidateQueries({ queryKey: orpc.sources.key() }),
    // The token is in what it was asked with.
    gcTime: 0,
  });
  const errors = fieldErrors(add.error);
  return (
    <FormDialog
      title="Add a source"
      action="Add and read it"
      busy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate()}
      onClose={onClose}
    >
      <SegmentedControl
        label="Kind of source"
        value={kind}
        onValue={(next) => {
          add.reset();
          setKind(next);
        }}
        options={kinds}
      />
      <Field
        label="Short name"
        required
        error={errors['slug']}
        about="Small letters, digits and hyphens, such as our-servers."
      >
        <TextInput
          value={slug}
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setSlug(event.currentTarget.value)}
        />
      </Field>
      <SourceFields
        kind={kind}
        draft={draft}
        onDraft={(change) => setDraft((before) => ({ ...before, ...change }))}
        errors={errors}
      />
    </FormDialog>
  );
}
