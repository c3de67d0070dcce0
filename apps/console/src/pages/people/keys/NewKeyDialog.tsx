import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';

import { type Duration, endOf, ExpirySelect } from '../../../access/ExpirySelect.tsx';
import { api, orpc } from '../../../api/client.ts';
import { fieldErrors, readError } from '../../../api/errors.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** Makes an API key of one's own and shows it this once. */
export function NewKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const form = useId();
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
  const errors = make.error === null ? {} : fieldErrors(readError(make.error));
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={make.data ? 'The new key' : 'New API key'}
      footer={
        make.data ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={make.isPending}>
              Make the key
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <SecretOnce secret={make.data.key} what="the key">
          <p className="text-soft">
            Whoever has it may do what you may. For the command line, set it as{' '}
            <code>PLUGBOARD_KEY</code>.
          </p>
        </SecretOnce>
      ) : (
        <form
          id={form}
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (!make.isPending) make.mutate();
          }}
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
          <Problem error={make.error} />
        </form>
      )}
    </Dialog>
  );
}
