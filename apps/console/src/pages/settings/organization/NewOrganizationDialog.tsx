import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { chooseOrganization } from '../../../api/organization.ts';
import { Button } from '../../../ui/Button.tsx';
import { Field } from '../../../ui/Field.tsx';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** Makes another organization, apart from this one in everything. */
export function NewOrganizationDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => api.organization.create({ name }),
    onError: () => undefined,
    gcTime: 0,
  });
  const errors = fieldErrors(make.error);
  const made = make.data;
  return (
    <FormDialog
      title="New organization"
      about="With its own members, servers, agents, keys and audit log. You are its first owner."
      width="small"
      action="Make it"
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
      onClose={onClose}
      done={
        made && (
          <div className="flex flex-col gap-4 text-sm">
            <p>
              <bdi className="font-medium">{made.name}</bdi> is made. You change between
              organizations in the menu at the top right.
            </p>
            {made.key !== undefined && <SecretOnce secret={made.key} what="its owner’s key" />}
          </div>
        )
      }
      doneFooter={
        made && (
          <>
            <Button onClick={onClose}>Stay here</Button>
            <Button variant="primary" onClick={() => chooseOrganization(made.id)}>
              Go there
            </Button>
          </>
        )
      }
    >
      <Field label="Name" required error={errors['name']}>
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
