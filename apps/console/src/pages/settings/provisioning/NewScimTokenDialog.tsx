import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors, readError } from '../../../api/errors.ts';
import { Button } from '../../../ui/Button.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** Makes a token for a directory and shows it this once. */
export function NewScimTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const form = useId();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => api.scim.tokens.create({ name }),
    onSuccess: () => client.invalidateQueries({ queryKey: orpc.scim.key() }),
    onError: () => undefined,
    gcTime: 0,
  });
  const errors = make.error === null ? {} : fieldErrors(readError(make.error));
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={make.data ? 'The new token' : 'New directory token'}
      footer={
        make.data ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={make.isPending}>
              Make the token
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <SecretOnce secret={make.data.token} what="the token">
          <p className="text-soft">
            It ends <RelativeTime at={make.data.expiresAt} />. Its address:
          </p>
          <CodeBlock code={make.data.url} what="the address" wrap />
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
          <p className="text-sm text-soft">
            Whoever has it makes and removes members. It holds for a year.
          </p>
          <Field label="Name" required error={errors['name']} about="Of the directory: entra.">
            <TextInput
              value={name}
              maxLength={100}
              autoComplete="off"
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </Field>
          <Problem error={make.error} />
        </form>
      )}
    </Dialog>
  );
}
