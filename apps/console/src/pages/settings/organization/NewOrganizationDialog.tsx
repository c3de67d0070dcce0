import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';

import { api } from '../../../api/client.ts';
import { fieldErrors, readError } from '../../../api/errors.ts';
import { chooseOrganization } from '../../../api/organization.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** Makes another organization, apart from this one in everything. */
export function NewOrganizationDialog({ onClose }: { readonly onClose: () => void }) {
  const form = useId();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => api.organization.create({ name }),
    onError: () => undefined,
    gcTime: 0,
  });
  const errors = make.error === null ? {} : fieldErrors(readError(make.error));
  const made = make.data;
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title="New organization"
      about="With its own members, servers, agents, keys and audit log. You are its first owner."
      width="small"
      footer={
        made ? (
          <>
            <Button onClick={onClose}>Stay here</Button>
            <Button variant="primary" onClick={() => chooseOrganization(made.id)}>
              Go there
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={make.isPending}>
              Make it
            </Button>
          </>
        )
      }
    >
      {made ? (
        <div className="flex flex-col gap-4 text-sm">
          <p>
            <bdi className="font-medium">{made.name}</bdi> is made. You change between organizations
            in the menu at the top right.
          </p>
          {made.key !== undefined && <SecretOnce secret={made.key} what="its owner’s key" />}
        </div>
      ) : (
        <form
          id={form}
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (!make.isPending) make.mutate();
          }}
        >
          <Field label="Name" required error={errors['name']}>
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
