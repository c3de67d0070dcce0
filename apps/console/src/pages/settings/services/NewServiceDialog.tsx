import type { ProviderView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { CheckboxField } from '../../../ui/CheckboxField.tsx';
import { Field } from '../../../ui/Field.tsx';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

export interface NewServiceDialogProps {
  readonly onClose: () => void;
  readonly onAdded: (provider: ProviderView) => void;
}

/** Adds a service that Plugboard knows nothing of, by its issuer. */
export function NewServiceDialog({ onClose, onAdded }: NewServiceDialogProps) {
  const client = useQueryClient();
  const [slug, setSlug] = useState('');
  const [title, setTitle] = useState('');
  const [issuer, setIssuer] = useState('');
  const [isPrivate, setPrivate] = useState(false);
  const add = useMutation({
    mutationFn: () =>
      api.providers.set({
        provider: slug.trim(),
        issuer: issuer.trim(),
        ...(title.trim() !== '' && { title: title.trim() }),
        ...(isPrivate && { allowPrivateNetwork: true }),
      }),
    async onSuccess(provider) {
      await client.invalidateQueries({ queryKey: orpc.providers.key() });
      onAdded(provider);
    },
    onError: () => undefined,
  });
  const errors = fieldErrors(add.error);
  return (
    <FormDialog
      title="Add a service"
      about="Any that speaks OAuth 2 or OpenID Connect and says so at its issuer."
      action="Add it"
      busy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate()}
      onClose={onClose}
    >
      <Field label="Short name" required error={errors['provider']} about="Such as our-tracker.">
        <TextInput
          value={slug}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setSlug(event.currentTarget.value)}
        />
      </Field>
      <Field label="Issuer" required error={errors['issuer']}>
        <TextInput
          value={issuer}
          placeholder="https://login.example.com"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setIssuer(event.currentTarget.value)}
        />
      </Field>
      <Field label="Title" error={errors['title']}>
        <TextInput
          value={title}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
      </Field>
      <CheckboxField
        checked={isPrivate}
        onChecked={setPrivate}
        label="It lies in a private network"
        about="Also allows plain http. Only for addresses that you know."
      />
    </FormDialog>
  );
}
