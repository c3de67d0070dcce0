import type { LicencePolicy } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { readError } from '../../../api/errors.ts';
import { tellDone, tellFailed } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { SegmentedControl } from '../../../ui/SegmentedControl.tsx';
import { Select } from '../../../ui/Select.tsx';
import { TextArea } from '../../../ui/TextInput.tsx';

const unknownWords = {
  allow: 'Install it',
  warn: 'Warn, and install it',
  refuse: 'Refuse it',
} as const;

/** Lines of text as licences. */
function readLicences(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim()))].filter((line) => line !== '');
}

export function LicenceForm({ policy }: { readonly policy: LicencePolicy }) {
  const client = useQueryClient();
  const mayChange = useMay()('licence_policy.set');
  const [only, setOnly] = useState(policy.allow !== null);
  const [allow, setAllow] = useState((policy.allow ?? []).join('\n'));
  const [deny, setDeny] = useState(policy.deny.join('\n'));
  const [unknown, setUnknown] = useState(policy.unknown);
  const next: LicencePolicy = {
    allow: only ? readLicences(allow) : null,
    deny: readLicences(deny),
    unknown,
  };
  const readAnew = () => client.invalidateQueries({ queryKey: orpc.licencePolicy.key() });
  const undo = () => {
    api.licencePolicy
      .set(policy)
      .catch((error: unknown) => tellFailed(readError(error).message))
      .finally(() => void readAnew());
  };
  const save = useMutation({
    mutationFn: () => api.licencePolicy.set(next),
    onSuccess() {
      tellDone('The licence policy is set', undo);
      return readAnew();
    },
    onError: () => undefined,
  });
  const isSame = JSON.stringify(next) === JSON.stringify(policy);
  return (
    <form
      className="flex max-w-2xl flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending && !isSame && mayChange) save.mutate();
      }}
    >
      <fieldset disabled={!mayChange} className="flex min-w-0 flex-col gap-4">
        <legend className="sr-only">Licences</legend>
        <div>
          <SegmentedControl
            label="Which licences are allowed"
            value={only ? 'only' : 'all'}
            onValue={(value) => mayChange && setOnly(value === 'only')}
            options={[
              { value: 'all', label: 'All that are not denied' },
              { value: 'only', label: 'Only these' },
            ]}
          />
        </div>
        {only && (
          <Field label="Allowed" about="SPDX identifiers, one to a line: MIT, Apache-2.0.">
            <TextArea
              rows={5}
              value={allow}
              spellCheck={false}
              onChange={(event) => setAllow(event.currentTarget.value)}
            />
          </Field>
        )}
        <Field label="Denied" about="One to a line: AGPL-3.0-only. These are refused always.">
          <TextArea
            rows={3}
            value={deny}
            spellCheck={false}
            onChange={(event) => setDeny(event.currentTarget.value)}
          />
        </Field>
        <Field label="A package that states none, or none that can be read">
          <Select
            value={unknown}
            onValue={setUnknown}
            disabled={!mayChange}
            options={(['allow', 'warn', 'refuse'] as const).map((value) => ({
              value,
              label: unknownWords[value],
            }))}
          />
        </Field>
      </fieldset>
      <Problem error={save.error} />
      {mayChange ? (
        <Button
          type="submit"
          variant="primary"
          className="self-start"
          busy={save.isPending}
          disabled={isSame}
        >
          Set the policy
        </Button>
      ) : (
        <p className="text-sm text-soft">Owners and admins change this.</p>
      )}
    </form>
  );
}
