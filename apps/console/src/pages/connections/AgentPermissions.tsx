import type { ConnectionView } from '@plugboard/contracts/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { useMay, useMe } from '../../shell/use-me.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** Which agents a member lets use their own connection. Nobody else decides that. */
export function AgentPermissions({ connection }: { readonly connection: ConnectionView }) {
  const client = useQueryClient();
  const { memberId } = useMe();
  const may = useMay();
  const isOwn = connection.owner.id === memberId && may('connection.permit');
  const agents = useQuery({ ...orpc.agents.list.queryOptions(), enabled: isOwn });
  const permitted = new Set((connection.agents ?? []).map(({ id }) => id));
  const onSettled = () => client.invalidateQueries({ queryKey: orpc.connections.key() });
  const allow = useMutation(orpc.connections.allow.mutationOptions({ onSettled }));
  const deny = useMutation(orpc.connections.deny.mutationOptions({ onSettled }));
  const busy = allow.isPending || deny.isPending;
  const set = (agent: { readonly id: string; readonly name: string }, on: boolean) => {
    const input = { connection: connection.id, agent: agent.id };
    const [change, back] = on ? [allow, deny] : [deny, allow];
    change.mutate(input, {
      onSuccess: () =>
        tellDone(on ? `${agent.name} may use it` : `${agent.name} may use it no more`, () =>
          back.mutate(input),
        ),
    });
  };
  return (
    <section className="flex flex-col gap-2 text-sm">
      <h3 className="font-semibold">Agents that may use it</h3>
      {!isOwn && (
        <p className="text-soft">
          {permitted.size === 0
            ? 'None.'
            : (connection.agents ?? []).map(({ slug }) => slug).join(', ')}{' '}
          The member whose it is decides this.
        </p>
      )}
      {isOwn && agents.isPending && <Skeleton className="h-16" />}
      {isOwn && agents.data?.agents.length === 0 && <p className="text-soft">There is no agent.</p>}
      {isOwn && agents.data && (
        <ul className="flex flex-col divide-y divide-line rounded-xl border border-line">
          {agents.data.agents.map((agent) => (
            <li key={agent.id} className="flex items-center justify-between gap-3 px-3 py-2">
              <span className="min-w-0">
                <Untrusted>{agent.name}</Untrusted>
                <span className="block text-xs text-faint">{agent.slug}</span>
              </span>
              <Switch
                label={`Let ${agent.name} use it`}
                checked={permitted.has(agent.id)}
                disabled={busy}
                onChecked={(on) => set(agent, on)}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
