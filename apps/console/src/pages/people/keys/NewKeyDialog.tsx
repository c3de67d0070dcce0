import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { type Duration, endOf, ExpirySelect } from '../../../access/ExpirySelect.tsx';
import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { Field } from '../../../ui/Field.tsx';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** Makes an API key of one's own and shows it this once. */
export function NewKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [duration, setDuration] = useState<Duration>('always');
  const make = useMutation({
    mutationFn: () => {
      const expiresAt = endOf(duration);
      return api.apiKeys.create({ name, ...(expiresAt !== undefined && { expiresAt }) });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: orpc.apiKeys.key() }),
    onError: () => undefined,
    gcTime: 0,
  });
  const errors = fieldErrors(make.error);
  return (
    <FormDialog
      title={make.data ? 'The new key' : 'New API key'}
      action="Make the key"
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
      onClose={onClose}
      done={
        make.data && (
          <SecretOnce secret={make.data.key} what="the key">
            <p className="text-soft">
              Whoever has it may do what you may. For the command line, set it as{' '}
              <code>PLUGBOARD_KEY</code>.
            </p>
          </SecretOnce>
        )
      }
    >
      <Field
        label="Name"
        required
        error={errors['name']}
        about="Where it is used, such as “deploy pipeline”."
      >
        <TextInput
          value={name}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Field>
      <Field label="It holds">
        <ExpirySelect value={duration} onValue={setDuration} />
      </Field>
    </FormDialog>
  );
}
