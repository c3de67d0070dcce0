import type { CredentialView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useRef, useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { fieldErrors } from '../../api/errors.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { Button } from '../../ui/Button.tsx';
import { CheckboxField } from '../../ui/CheckboxField.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { plural } from '../../ui/format.ts';
import { TextInput } from '../../ui/TextInput.tsx';
import { type EnteredKind, fieldNames } from './credential-words.ts';
import { endOfDay, focusInvalid, readField, readSecretFields } from './read-secret-form.ts';
import { SecretFields } from './SecretFields.tsx';

export interface ReplaceCredentialDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly credential: CredentialView;
}

/** Puts a new version in place of the present one. */
export function ReplaceCredentialDialog({
  open,
  onOpen,
  credential,
}: ReplaceCredentialDialogProps) {
  const formId = useId();
  const [busy, setBusy] = useState(false);
  const { kind, name, uses } = credential;
  if (kind === 'oauth') return null;
  return (
    <Dialog
      open={open}
      onOpen={onOpen}
      title={`Replace ${name}`}
      about={
        uses > 0
          ? `It fills ${plural(uses, 'slot')}: what uses it starts anew with the new version.`
          : 'It fills no slot, so nothing starts anew.'
      }
      footer={
        <>
          <Button onClick={() => onOpen(false)}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={busy}>
            Replace
          </Button>
        </>
      }
    >
      <ReplaceForm
        id={formId}
        credential={credential}
        kind={kind}
        onBusy={setBusy}
        onDone={() => onOpen(false)}
      />
    </Dialog>
  );
}

interface ReplaceFormProps {
  readonly id: string;
  readonly credential: CredentialView;
  readonly kind: EnteredKind;
  readonly onBusy: (busy: boolean) => void;
  readonly onDone: () => void;
}

function ReplaceForm({ id, credential, kind, onBusy, onDone }: ReplaceFormProps) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [keep, setKeep] = useState(true);
  const replace = useMutation({
    // Read here and not given as variables, which the cache would keep.
    mutationFn: () => {
      const current = form.current;
      if (!current) throw new Error('the form is gone');
      const expires = readField(current, 'expires');
      const note = readField(current, 'note');
      return api.credentials.replace({
        credential: credential.id,
        fields: readSecretFields(current, kind),
        keep,
        expectedVersion: credential.version,
        ...(expires !== undefined && { expiresAt: endOfDay(expires) }),
        ...(note !== undefined && { note }),
      });
    },
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    // Where it was refused for, once that is marked.
    onError: () => setTimeout(() => form.current && focusInvalid(form.current)),
    onSuccess({ name, version, advice }) {
      form.current?.reset();
      void client.invalidateQueries({ queryKey: orpc.credentials.key() });
      onDone();
      tellDone([`${name} is at version ${version}.`, ...advice].join(' '));
    },
  });
  const errors = fieldErrors(replace.error);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!replace.isPending) replace.mutate();
  };
  return (
    <form ref={form} id={id} className="flex flex-col gap-5" onSubmit={submit} noValidate>
      <SecretFields
        kind={kind}
        provider={credential.provider}
        errors={errors}
        names={kind === 'custom' ? fieldNames(credential.facts) : undefined}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Expires on"
          error={errors['expiresAt']}
          about="Left empty, its expiry stays as it is."
        >
          <TextInput name="expires" type="date" />
        </Field>
        <Field label="Note" error={errors['note']} about="Why it was replaced, for people.">
          <TextInput name="note" maxLength={500} autoComplete="off" />
        </Field>
      </div>
      <CheckboxField
        label="Keep the versions before, to go back to"
        about="Take this away when the old one leaked: then all before are destroyed."
        checked={keep}
        onChecked={setKeep}
      />
      <Problem error={replace.error} />
    </form>
  );
}
