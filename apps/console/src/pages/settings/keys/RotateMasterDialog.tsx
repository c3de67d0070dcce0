import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Field } from '../../../ui/Field.tsx';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

export interface RotateMasterDialogProps {
  readonly current: string;
  readonly onClose: () => void;
}

/** Replaces the master key, where it is or at another place. */
export function RotateMasterDialog({ current, onClose }: RotateMasterDialogProps) {
  const client = useQueryClient();
  const [provider, setProvider] = useState('');
  const rotate = useMutation({
    mutationFn: () =>
      api.keys.rotateMaster(provider.trim() === '' ? {} : { provider: provider.trim() }),
    onSuccess() {
      tellDone('The rotation has begun');
      onClose();
    },
    onError: () => undefined,
    onSettled: () => client.invalidateQueries({ queryKey: orpc.keys.key() }),
  });
  const errors = fieldErrors(rotate.error);
  return (
    <FormDialog
      title="Rotate the master key?"
      about="A new one is made, and all owner keys are sealed with it. Secrets are not touched, and everything goes on meanwhile."
      action="Rotate it"
      busy={rotate.isPending}
      error={rotate.error}
      onSubmit={() => rotate.mutate()}
      onClose={onClose}
    >
      <Field
        label="Move it to"
        error={errors['provider']}
        about={`Left empty, it stays where it is (${current}). Else file, env, aws-kms:<key ARN>, gcp-kms:<resource name> or vault-transit:<url>/<key>.`}
      >
        <TextInput
          value={provider}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setProvider(event.currentTarget.value)}
        />
      </Field>
      <p className="text-sm text-soft">
        After a move, start the server with PLUGBOARD_KEY_PROVIDER set to the new place. Keep the
        old key until no former one is in use.
      </p>
    </FormDialog>
  );
}
