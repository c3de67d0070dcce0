import type { ProviderView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { SecretInput } from '../../../ui/SecretInput.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';
import { OutsideLink } from '../../../ui/TextLink.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';

export interface ServiceDialogProps {
  readonly provider: ProviderView;
  readonly onClose: () => void;
}

/** How Plugboard is registered at a service, and the client that came of it. */
export function ServiceDialog({ provider, onClose }: ServiceDialogProps) {
  const form = useId();
  const client = useQueryClient();
  const may = useMay();
  const manage = may('provider.manage');
  const [clientId, setClientId] = useState(provider.client?.clientId ?? '');
  const [secret, setSecret] = useState('');
  const [variables, setVariables] = useState(
    Object.fromEntries(provider.variables.map(({ name, value = '' }) => [name, value])),
  );
  const readAnew = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: orpc.providers.key() }),
      client.invalidateQueries({ queryKey: orpc.connections.key() }),
    ]);
  const set = useMutation({
    mutationFn: () =>
      api.providers.set({
        provider: provider.slug,
        ...(clientId.trim() !== '' && { clientId: clientId.trim() }),
        ...(secret !== '' && { clientSecret: secret }),
        ...(provider.variables.length > 0 && {
          variables: Object.fromEntries(
            Object.entries(variables).filter(([, value]) => value.trim() !== ''),
          ),
        }),
      }),
    onSuccess() {
      tellDone(`${visibleText(provider.title)} is set`);
      onClose();
    },
    onError: () => undefined,
    onSettled: readAnew,
    gcTime: 0,
  });
  const forget = useMutation({
    mutationFn: () => api.providers.remove({ provider: provider.slug }),
    onSuccess() {
      tellDone(`What was set of ${visibleText(provider.title)} is forgotten`);
      onClose();
    },
    onError: () => undefined,
    onSettled: readAnew,
  });
  const errors = fieldErrors(set.error);
  const isSet = provider.client !== undefined || provider.origin === 'organization';
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={visibleText(provider.title)}
      footer={
        manage ? (
          <>
            {isSet && (
              <Button variant="danger" busy={forget.isPending} onClick={() => forget.mutate()}>
                Forget it
              </Button>
            )}
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={set.isPending}>
              Save
            </Button>
          </>
        ) : undefined
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4 text-sm"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!set.isPending) set.mutate();
        }}
      >
        {provider.setup.length > 0 && (
          <ol className="flex list-decimal flex-col gap-1 pl-5">
            {provider.setup.map((step) => (
              <li key={step}>
                <Untrusted>{step}</Untrusted>
              </li>
            ))}
          </ol>
        )}
        <div>
          <p className="mb-1.5 font-medium">Redirect address to enter there</p>
          <CodeBlock code={provider.redirectUri} what="the redirect address" wrap />
        </div>
        {provider.docs !== undefined && (
          <p>
            <OutsideLink href={provider.docs}>
              How {visibleText(provider.title)} says it
            </OutsideLink>
          </p>
        )}
        {manage && (
          <>
            {provider.variables.map(({ name, about }) => (
              <Field
                key={name}
                label={name}
                about={visibleText(about)}
                error={errors[`variables.${name}`]}
              >
                <TextInput
                  value={variables[name] ?? ''}
                  autoComplete="off"
                  onChange={(event) => {
                    const { value } = event.currentTarget;
                    setVariables((before) => ({ ...before, [name]: value }));
                  }}
                />
              </Field>
            ))}
            <Field label="Client id" error={errors['clientId']}>
              <TextInput
                value={clientId}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setClientId(event.currentTarget.value)}
              />
            </Field>
            <Field
              label="Client secret"
              error={errors['clientSecret']}
              about={
                provider.client?.authentication === 'secret'
                  ? 'It has one. Left empty, that stays.'
                  : 'Sealed when it arrives, and never shown again.'
              }
            >
              <SecretInput
                value={secret}
                onChange={(event) => setSecret(event.currentTarget.value)}
              />
            </Field>
          </>
        )}
        <Problem error={set.error ?? forget.error} />
      </form>
    </Dialog>
  );
}
