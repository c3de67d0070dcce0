import type { Agent } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { type Duration, endOf, ExpirySelect } from '../../access/ExpirySelect.tsx';
import { api, orpc } from '../../api/client.ts';
import { Field } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { SecretOnce } from '../../ui/SecretOnce.tsx';
import { TextInput } from '../../ui/TextInput.tsx';

export interface NewTokenDialogProps {
  readonly agent: Agent;
  readonly onClose: () => void;
}

/** Makes a token and shows it this once. */
export function NewTokenDialog({ agent, onClose }: NewTokenDialogProps) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [duration, setDuration] = useState<Duration>('always');
  const make = useMutation({
    mutationFn: () => {
      const expiresAt = endOf(duration);
      return api.agents.tokens.create({
        agent: agent.id,
        ...(name.trim() !== '' && { name: name.trim() }),
        ...(expiresAt !== undefined && { expiresAt }),
      });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: orpc.agents.key() }),
    onError: () => undefined,
  });
  return (
    <FormDialog
      title={make.data ? 'The new token' : `New token of ${agent.name}`}
      action="Make the token"
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
      onClose={onClose}
      done={make.data && <SecretOnce secret={make.data.token} what="the token" />}
    >
      <Field label="Name" about="Where it is used, such as “build server”.">
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
