import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Field } from '../../../ui/Field.tsx';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** Makes a token for a directory and shows it this once. */
export function NewScimTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => api.scim.tokens.create({ name }),
    onSuccess: () => client.invalidateQueries({ queryKey: orpc.scim.key() }),
    onError: () => undefined,
    gcTime: 0,
  });
  const errors = fieldErrors(make.error);
  return (
    <FormDialog
      title={make.data ? 'The new token' : 'New directory token'}
      action="Make the token"
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
      onClose={onClose}
      done={
        make.data && (
          <SecretOnce secret={make.data.token} what="the token">
            <p className="text-soft">
              It ends <RelativeTime at={make.data.expiresAt} />. Its address:
            </p>
            <CodeBlock code={make.data.url} what="the address" wrap />
          </SecretOnce>
        )
      }
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
    </FormDialog>
  );
}
