import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { AppError } from '@plugboard/contracts';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { SegmentedControl } from '../../../ui/SegmentedControl.tsx';
import { CommonFields } from './CommonFields.tsx';
import { OidcFields, SamlFields } from './ProtocolFields.tsx';
import { emptyDraft, type ProviderDraft, providerInputOf, readRules } from './provider-draft.ts';

/** Adds an identity provider; it is tested and enabled afterwards. */
export function AddProviderDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(emptyDraft);
  const change = (part: Partial<ProviderDraft>) => setDraft((before) => ({ ...before, ...part }));
  const add = useMutation({
    mutationFn: async () => {
      const { wrong } = readRules(draft.rules);
      if (wrong !== undefined) {
        throw new AppError(
          'invalid_input',
          `“${wrong}” is no rule. Write a group, an equals sign and a role: admins = admin`,
        );
      }
      return api.sso.add(providerInputOf(draft));
    },
    onSuccess({ title }) {
      tellDone(`${title} is added. Test it, then enable it`);
      onClose();
    },
    onError: () => undefined,
    onSettled: () => client.invalidateQueries({ queryKey: orpc.sso.key() }),
    gcTime: 0,
  });
  const errors = fieldErrors(add.error);
  return (
    <FormDialog
      title="Add an identity provider"
      action="Add it"
      busy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate()}
      onClose={onClose}
    >
      <SegmentedControl
        label="Protocol"
        value={draft.kind}
        onValue={(kind) => {
          add.reset();
          change({ kind });
        }}
        options={[
          { value: 'oidc', label: 'OpenID Connect' },
          { value: 'saml', label: 'SAML 2.0' },
        ]}
      />
      {draft.kind === 'oidc' ? (
        <OidcFields draft={draft} onDraft={change} errors={errors} />
      ) : (
        <SamlFields draft={draft} onDraft={change} errors={errors} />
      )}
      <CommonFields draft={draft} onDraft={change} errors={errors} />
    </FormDialog>
  );
}
