import type { Agent, AgentClient } from '@plugboard/contracts/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SecretOnce } from '../../ui/SecretOnce.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** Clients that fetch tokens for themselves, without a person. */
export function AgentClients({ agent }: { readonly agent: Agent }) {
  const may = useMay();
  const query = useQueryClient();
  const [isNew, setNew] = useState(false);
  const [revoked, setRevoked] = useState<AgentClient>();
  const clients = useQuery(orpc.agents.clients.list.queryOptions({ input: { agent: agent.slug } }));
  return (
    <Section
      title="Clients of its own"
      about="Programs that fetch short-lived tokens with an id and a secret (OAuth client credentials)."
      flush
      actions={
        may('agent_client.create') && (
          <Button
            size="small"
            icon={<Plus className="size-4" aria-hidden />}
            onClick={() => setNew(true)}
          >
            New client
          </Button>
        )
      }
    >
      {clients.error ? (
        <ErrorState error={clients.error} onRetry={() => void clients.refetch()} />
      ) : !clients.data ? (
        <SkeletonRows rows={1} />
      ) : clients.data.clients.length === 0 ? (
        <p className="px-4 py-4 text-sm text-soft sm:px-5">None yet.</p>
      ) : (
        <ul aria-label="Clients of its own" className="divide-y divide-line">
          {clients.data.clients.map((each) => (
            <li
              key={each.clientId}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm sm:px-5"
            >
              <span className="min-w-0 flex-1 basis-56">
                <span className="flex flex-wrap items-center gap-2">
                  <Untrusted className="font-medium">{each.name}</Untrusted>
                  <Badge>{each.method === 'secret' ? 'secret' : 'key'}</Badge>
                  {each.state !== 'active' && <Badge tone="warn">{each.state}</Badge>}
                </span>
                <span className="block truncate text-xs text-faint">
                  <code className="font-mono">{each.clientId}</code> · made{' '}
                  <RelativeTime at={each.createdAt} />
                </span>
              </span>
              {each.state === 'active' && may('agent_client.revoke') && (
                <Button
                  size="small"
                  variant="danger"
                  aria-label={`Revoke ${each.name}`}
                  onClick={() => setRevoked(each)}
                >
                  Revoke
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {isNew && <NewClientDialog agent={agent} onClose={() => setNew(false)} />}
      <ConfirmDialog
        open={revoked !== undefined}
        onOpen={(open) => !open && setRevoked(undefined)}
        title={`Revoke ${revoked?.name ?? ''}?`}
        action="Revoke it"
        onConfirm={async () => {
          if (!revoked) return;
          await api.agents.clients.revoke({ agent: agent.id, client: revoked.clientId });
          await query.invalidateQueries({ queryKey: orpc.agents.key() });
          tellDone('Revoked');
        }}
      >
        Its tokens and open sessions end now. This cannot be undone.
      </ConfirmDialog>
    </Section>
  );
}

function NewClientDialog({
  agent,
  onClose,
}: {
  readonly agent: Agent;
  readonly onClose: () => void;
}) {
  const query = useQueryClient();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () =>
      api.agents.clients.create({
        agent: agent.id,
        ...(name.trim() !== '' && { name: name.trim() }),
      }),
    onSuccess: () => query.invalidateQueries({ queryKey: orpc.agents.key() }),
    onError: () => undefined,
  });
  return (
    <FormDialog
      title={make.data ? 'The new client' : `New client of ${agent.name}`}
      action="Make the client"
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
      onClose={onClose}
      done={
        make.data && (
          <div className="flex flex-col gap-3 text-sm">
            <p>Client id</p>
            <CodeBlock code={make.data.clientId} what="the client id" wrap />
            <p>Token endpoint</p>
            <CodeBlock code={make.data.tokenEndpoint} what="the token endpoint" wrap />
            {make.data.clientSecret !== undefined && (
              <SecretOnce secret={make.data.clientSecret} what="the secret" />
            )}
          </div>
        )
      }
    >
      <Field label="Name" about="What it is, such as “nightly report”.">
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
