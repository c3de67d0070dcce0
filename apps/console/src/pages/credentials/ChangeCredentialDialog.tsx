import type { ChangeCredentialInput, CredentialView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useState } from 'react';

import { orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { ExpiryField } from './ExpiryField.tsx';
import { dayFrom, endOfDay, readLabels } from './read-secret-form.ts';
import { ProviderField } from './ProviderField.tsx';

export interface ChangeCredentialDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly credential: CredentialView;
}

/** Changes what is said of a credential; what is secret in it stays. */
export function ChangeCredentialDialog({ open, onOpen, credential }: ChangeCredentialDialogProps) {
  const formId = useId();
  const client = useQueryClient();
  const change = useMutation(
    orpc.credentials.change.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: orpc.credentials.key() }),
      onError: () => undefined,
    }),
  );
  const send = async (wanted: Omit<ChangeCredentialInput, 'credential'>) => {
    const { id, name, provider, labels, expiresAt } = credential;
    await change.mutateAsync({ credential: id, ...wanted });
    onOpen(false);
    tellDone(`${wanted.name ?? name} is changed`, () => {
      change.mutate({
        credential: id,
        name,
        labels,
        provider: provider ?? null,
        expiresAt: expiresAt ?? null,
      });
    });
  };
  return (
    <Dialog
      open={open}
      onOpen={(next) => {
        change.reset();
        onOpen(next);
      }}
      title="Change what is said of it"
      footer={
        <>
          <Button onClick={() => onOpen(false)}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={change.isPending}>
            Save
          </Button>
        </>
      }
    >
      <ChangeForm
        id={formId}
        credential={credential}
        onSend={(wanted) => void send(wanted).catch(() => undefined)}
      />
      <Problem error={change.error} />
    </Dialog>
  );
}

interface ChangeFormProps {
  readonly id: string;
  readonly credential: CredentialView;
  readonly onSend: (wanted: Omit<ChangeCredentialInput, 'credential'>) => void;
}

function ChangeForm({ id, credential, onSend }: ChangeFormProps) {
  const { expiresAt } = credential;
  const before = expiresAt === undefined ? '' : dayFrom(Date.parse(expiresAt), 0);
  const [name, setName] = useState(credential.name);
  const [provider, setProvider] = useState(credential.provider ?? '');
  const [labels, setLabels] = useState(credential.labels.join(', '));
  const [day, setDay] = useState(before);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSend({
      name: name.trim(),
      labels: readLabels(labels),
      ...(credential.kind !== 'oauth' && { provider: provider.trim() || null }),
      ...(day !== before && { expiresAt: day === '' ? null : endOfDay(day) }),
    });
  };
  return (
    <form id={id} className="mb-4 flex flex-col gap-4" onSubmit={submit} noValidate>
      <Field label="Name" required>
        <TextInput
          value={name}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Field>
      {credential.kind !== 'oauth' && (
        <ProviderField value={provider} onValue={setProvider} error={undefined} />
      )}
      <Field label="Labels" about="With commas or spaces between them: prod, team:payments.">
        <TextInput
          value={labels}
          autoComplete="off"
          onChange={(event) => setLabels(event.currentTarget.value)}
        />
      </Field>
      <ExpiryField value={day} onValue={setDay} />
    </form>
  );
}
