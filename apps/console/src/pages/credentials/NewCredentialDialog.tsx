import type { StoredCredential } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useRef, useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { fieldErrors } from '../../api/errors.ts';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import type { EnteredKind } from './credential-words.ts';
import { KindChoice } from './KindChoice.tsx';
import { OwnerField, ownerInputOf } from './OwnerField.tsx';
import { ProviderField } from './ProviderField.tsx';
import {
  endOfDay,
  focusInvalid,
  readField,
  readLabels,
  readSecretFields,
} from './read-secret-form.ts';
import { SecretFields } from './SecretFields.tsx';

export interface NewCredentialDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** Told of what was sealed, with what the server advises. */
  readonly onCreated: (stored: StoredCredential) => void;
}

/** Asks for a credential of any kind and seals it. */
export function NewCredentialDialog({ open, onOpen, onCreated }: NewCredentialDialogProps) {
  const formId = useId();
  const [busy, setBusy] = useState(false);
  return (
    <Dialog
      open={open}
      onOpen={onOpen}
      title="New credential"
      about="It is sealed when it arrives, and never shown again: not to you either."
      footer={
        <>
          <Button onClick={() => onOpen(false)}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={busy}>
            Seal it
          </Button>
        </>
      }
    >
      <NewCredentialForm id={formId} onBusy={setBusy} onCreated={onCreated} />
    </Dialog>
  );
}

interface NewCredentialFormProps {
  readonly id: string;
  readonly onBusy: (busy: boolean) => void;
  readonly onCreated: (stored: StoredCredential) => void;
}

function NewCredentialForm({ id, onBusy, onCreated }: NewCredentialFormProps) {
  const client = useQueryClient();
  const may = useMay();
  const shared = may('credential.manage');
  const form = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<EnteredKind>('api_key');
  const [provider, setProvider] = useState('');
  const [owner, setOwner] = useState(shared ? 'organization' : 'member');
  const seal = useMutation({
    // Read here and not given as variables, which the cache would keep.
    mutationFn: () => {
      const current = form.current;
      if (!current) throw new Error('the form is gone');
      const expires = readField(current, 'expires');
      const labels = readLabels(readField(current, 'labels') ?? '');
      const note = readField(current, 'note');
      return api.credentials.create({
        name: readField(current, 'name') ?? '',
        kind,
        owner: ownerInputOf(owner),
        fields: readSecretFields(current, kind),
        ...(provider.trim() !== '' && { provider: provider.trim() }),
        ...(labels.length > 0 && { labels }),
        ...(expires !== undefined && { expiresAt: endOfDay(expires) }),
        ...(note !== undefined && { note }),
      });
    },
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    // Where it was refused for, once that is marked.
    onError: () => setTimeout(() => form.current && focusInvalid(form.current)),
    onSuccess(stored) {
      form.current?.reset();
      void client.invalidateQueries({ queryKey: orpc.credentials.key() });
      onCreated(stored);
    },
  });
  const errors = fieldErrors(seal.error);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!seal.isPending) seal.mutate();
  };
  return (
    <form ref={form} id={id} className="flex flex-col gap-5" onSubmit={submit} noValidate>
      <KindChoice
        value={kind}
        onValue={(next) => {
          seal.reset();
          setKind(next);
        }}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" required error={errors['name']} about="As people look for it.">
          <TextInput name="name" maxLength={100} placeholder="github-readonly" autoComplete="off" />
        </Field>
        <ProviderField value={provider} onValue={setProvider} error={errors['provider']} />
      </div>
      <SecretFields
        key={kind}
        kind={kind}
        provider={provider.trim() === '' ? undefined : provider.trim()}
        onRecognize={(slug) => setProvider((before) => (before.trim() === '' ? slug : before))}
        errors={errors}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <OwnerField value={owner} onValue={setOwner} shared={shared} />
        <Field label="Expires on" error={errors['expiresAt']} about="You are told 14 days before.">
          <TextInput name="expires" type="date" />
        </Field>
        <Field label="Labels" error={errors['labels']} about="Such as prod, team:payments.">
          <TextInput name="labels" autoComplete="off" />
        </Field>
        <Field label="Note" error={errors['note']} about="Kept with this version, for people.">
          <TextInput name="note" maxLength={500} autoComplete="off" />
        </Field>
      </div>
      <Problem error={seal.error} />
    </form>
  );
}
