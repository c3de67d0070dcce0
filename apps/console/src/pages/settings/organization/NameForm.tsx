import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors, readError } from '../../../api/errors.ts';
import { tellDone, tellFailed } from '../../../shell/toast-manager.ts';
import { Button } from '../../../ui/Button.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** Renames the organization; the old name can be had back. */
export function NameForm({ name }: { readonly name: string }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState(name);
  const put = async (next: string) => {
    await api.organization.change({ name: next });
    await Promise.all([
      client.invalidateQueries({ queryKey: orpc.organization.key() }),
      client.invalidateQueries({ queryKey: orpc.me.key() }),
    ]);
  };
  const undo = () => {
    put(name).catch((error: unknown) => tellFailed(readError(error).message));
  };
  const rename = useMutation({
    mutationFn: put,
    // Not beside `mutate`: the form is drawn anew with the new name.
    onSuccess: () => tellDone('The organization is renamed', undo),
    onError: () => undefined,
  });
  const errors = fieldErrors(rename.error);
  const next = typed.trim();
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (rename.isPending || next === name) return;
        rename.mutate(next);
      }}
    >
      <Field label="Name" error={errors['name']}>
        <div className="flex max-w-xl gap-2">
          <TextInput
            aria-label="Name"
            value={typed}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" busy={rename.isPending} disabled={next === name || next === ''}>
            Rename
          </Button>
        </div>
      </Field>
      <Problem error={rename.error} />
    </form>
  );
}
