import type { Agent, AgentToken } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { useMay, useMe } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { useWhose } from '../agents/agent-columns.tsx';
import { AgentClients } from './AgentClients.tsx';
import { NewTokenDialog } from './NewTokenDialog.tsx';

/** What opens something as this agent: tokens, and clients that signed in. */
export function AgentTokens({ agent }: { readonly agent: Agent }) {
  const may = useMay();
  const me = useMe();
  const client = useQueryClient();
  const whose = useWhose();
  const [isNew, setNew] = useState(false);
  const [revoked, setRevoked] = useState<AgentToken>();
  const tokens = useQuery(orpc.agents.tokens.list.queryOptions({ input: { agent: agent.slug } }));
  const add = may('token.create') && (
    <Button
      size="small"
      variant="primary"
      icon={<Plus className="size-4" aria-hidden />}
      onClick={() => setNew(true)}
    >
      New token
    </Button>
  );
  // Members revoke what they permitted themselves; the server decides.
  const mayRevoke = ({ memberId }: AgentToken) =>
    may('token.revoke') && (may('token.create') || memberId === me.memberId);

  return (
    <div className="flex flex-col gap-5">
      <Section
        title="Tokens and signed-in clients"
        about="Each of them acts as this agent. Only the last letters of a token are known."
        actions={add}
        flush
      >
        {tokens.error ? (
          <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />
        ) : !tokens.data ? (
          <SkeletonRows rows={3} />
        ) : tokens.data.tokens.length === 0 ? (
          <EmptyState
            icon={<KeyRound aria-hidden />}
            title="Nothing signs in as it yet"
            action={add}
          >
            Make a token, or connect a client that signs in with a browser.
          </EmptyState>
        ) : (
          <ul aria-label="Tokens" className="divide-y divide-line">
            {tokens.data.tokens.map((token) => (
              <li
                key={token.id}
                className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm sm:px-5"
              >
                <span className="min-w-0 flex-1 basis-56">
                  <span className="flex flex-wrap items-center gap-2">
                    <Untrusted className="font-medium">{token.clientName ?? token.name}</Untrusted>
                    <Badge tone={token.kind === 'oauth' ? 'violet' : 'neutral'}>
                      {token.kind === 'oauth' ? 'signed in' : 'token'}
                    </Badge>
                    {token.hint !== '' && (
                      <code className="font-mono text-xs text-faint">…{token.hint}</code>
                    )}
                    {token.state !== 'active' && (
                      <Badge tone={token.state === 'expired' ? 'warn' : 'bad'}>{token.state}</Badge>
                    )}
                  </span>
                  <span className="block text-xs text-faint">
                    made <RelativeTime at={token.createdAt} /> · used{' '}
                    <RelativeTime at={token.lastUsedAt} />
                    {token.expiresAt !== undefined && token.state === 'active' && (
                      <>
                        {' · ends '}
                        <RelativeTime at={token.expiresAt} />
                      </>
                    )}
                    {token.memberId !== undefined && (
                      <>
                        {' · for '}
                        <Untrusted>{whose(token.memberId) ?? 'a member'}</Untrusted>
                      </>
                    )}
                    {token.toolboxIds !== undefined && ' · held to some toolboxes'}
                  </span>
                </span>
                {token.state === 'active' && mayRevoke(token) && (
                  <Button
                    size="small"
                    variant="danger"
                    aria-label={`Revoke ${token.clientName ?? token.name}`}
                    onClick={() => setRevoked(token)}
                  >
                    Revoke
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Section>
      {may('agent_client.read') && <AgentClients agent={agent} />}
      {isNew && <NewTokenDialog agent={agent} onClose={() => setNew(false)} />}
      <ConfirmDialog
        open={revoked !== undefined}
        onOpen={(open) => !open && setRevoked(undefined)}
        title={`Revoke ${revoked?.clientName ?? revoked?.name ?? ''}?`}
        action="Revoke it"
        onConfirm={async () => {
          if (!revoked) return;
          await api.agents.tokens.revoke({ agent: agent.id, token: revoked.id });
          await client.invalidateQueries({ queryKey: orpc.agents.key() });
          tellDone('Revoked');
        }}
      >
        Whoever uses it is refused from now on, also in sessions that are open. This cannot be
        undone; a new one can be made.
      </ConfirmDialog>
    </div>
  );
}
