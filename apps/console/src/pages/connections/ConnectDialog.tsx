import type { BeginConnectionInput, ProviderView } from '@plugboard/contracts/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useState } from 'react';

import { orpc } from '../../api/client.ts';
import { fieldErrors } from '../../api/errors.ts';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { CheckboxField } from '../../ui/CheckboxField.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorState, Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { OwnerField, ownerInputOf } from '../credentials/OwnerField.tsx';
import { ProviderChoice } from './ProviderChoice.tsx';
import { ScopeChoice } from './ScopeChoice.tsx';

export interface ConnectDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** Told of what was begun, in which a person has to sign in. */
  readonly onBegun: (request: string) => void;
  /** Told when no person had to be asked. */
  readonly onConnected: (connection: string) => void;
}

/** Begins to connect an account: of a service that is known, or of any MCP server. */
export function ConnectDialog({ open, onOpen, onBegun, onConnected }: ConnectDialogProps) {
  const formId = useId();
  const client = useQueryClient();
  const begin = useMutation(
    orpc.connections.begin.mutationOptions({
      onError: () => undefined,
      onSuccess({ requestId, connection }) {
        void client.invalidateQueries({ queryKey: orpc.connections.key() });
        if (connection) onConnected(connection.id);
        else onBegun(requestId);
      },
    }),
  );
  return (
    <Dialog
      open={open}
      onOpen={(next) => {
        begin.reset();
        onOpen(next);
      }}
      title="Connect an account"
      about="Nothing is sent anywhere before you say yes on the next page."
      footer={
        <>
          <Button onClick={() => onOpen(false)}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={begin.isPending}>
            Continue
          </Button>
        </>
      }
    >
      <ConnectForm
        id={formId}
        errors={fieldErrors(begin.error)}
        onSend={(input) => begin.mutate({ ...input, next: '/connections' })}
      />
      <Problem error={begin.error} />
    </Dialog>
  );
}

interface ConnectFormProps {
  readonly id: string;
  readonly errors: Readonly<Record<string, string>>;
  readonly onSend: (input: Omit<BeginConnectionInput, 'grant'>) => void;
}

function ConnectForm({ id, errors, onSend }: ConnectFormProps) {
  const may = useMay();
  const shared = may('connection.connect_shared');
  const [to, setTo] = useState<'provider' | 'resource'>('provider');
  const [provider, setProvider] = useState<ProviderView>();
  const [resource, setResource] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set());
  const [owner, setOwner] = useState('member');
  const [name, setName] = useState('');
  const [isPrivate, setPrivate] = useState(false);
  const [missing, setMissing] = useState<string>();
  const list = useQuery(orpc.providers.list.queryOptions());

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (to === 'provider' && !provider) {
      setMissing('Choose a service first.');
      return;
    }
    setMissing(undefined);
    onSend({
      owner: ownerInputOf(owner),
      ...(to === 'provider' && provider
        ? {
            provider: provider.slug,
            ...(!isUsual(provider, scopes) && { scopes: [...scopes] }),
          }
        : { resource: resource.trim() }),
      ...(name.trim() !== '' && { name: name.trim() }),
      ...(isPrivate && to === 'resource' && { allowPrivateNetwork: true }),
    });
  };
  const choose = (chosen: ProviderView) => {
    setProvider(chosen);
    setScopes(new Set(usualOf(chosen)));
  };

  return (
    <form id={id} className="mb-4 flex flex-col gap-5" onSubmit={submit} noValidate>
      <SegmentedControl
        label="What to connect to"
        value={to}
        onValue={setTo}
        options={[
          { value: 'provider', label: 'A known service' },
          { value: 'resource', label: 'An MCP server’s address' },
        ]}
      />
      {to === 'provider' && list.isPending && <SkeletonRows rows={3} />}
      {to === 'provider' && list.isError && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      )}
      {to === 'provider' && list.data && (
        <ProviderChoice
          providers={list.data.providers}
          chosen={provider}
          onChoose={choose}
          problem={missing ?? errors['provider']}
        />
      )}
      {to === 'provider' && provider && (
        <ScopeChoice provider={provider} chosen={scopes} onChosen={setScopes} />
      )}
      {to === 'resource' && (
        <>
          <Field
            label="Address"
            required
            error={errors['resource']}
            about="Its own sign-in is found from there, such as https://mcp.example.com/mcp."
          >
            <TextInput
              type="url"
              value={resource}
              placeholder="https://"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setResource(event.currentTarget.value)}
            />
          </Field>
          {may('provider.manage') && (
            <CheckboxField
              label="It is in a private network"
              about="Also allows plain http and private addresses, for this connection alone."
              checked={isPrivate}
              onChecked={setPrivate}
            />
          )}
        </>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <OwnerField value={owner} onValue={setOwner} shared={shared} />
        <Field
          label="Name"
          error={errors['name']}
          about="Left empty, it is named after the account."
        >
          <TextInput
            value={name}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </Field>
      </div>
    </form>
  );
}

function usualOf({ scopes }: ProviderView): readonly string[] {
  return scopes.filter(({ usual }) => usual).map(({ name }) => name);
}

function isUsual(provider: ProviderView, scopes: ReadonlySet<string>): boolean {
  const usual = usualOf(provider);
  return usual.length === scopes.size && usual.every((scope) => scopes.has(scope));
}
