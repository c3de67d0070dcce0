import type { Agent, Grant, GrantChange } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Ban, Check, Hourglass, KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { type Duration, endOf } from '../../access/ExpirySelect.tsx';
import { useSetGrants } from '../../access/use-set-grants.tsx';
import { api, orpc } from '../../api/client.ts';
import { readError } from '../../api/errors.ts';
import { tellFailed } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { NewGrantDialog } from './NewGrantDialog.tsx';

/** What was granted to the agent, and what was forbidden. */
export function AgentGrants({ agent }: { readonly agent: Agent }) {
  const may = useMay();
  const client = useQueryClient();
  const grants = useQuery(orpc.grants.list.queryOptions({ input: { agent: agent.slug } }));
  const { set, dialog } = useSetGrants();
  const [isNew, setNew] = useState(false);
  const mayChange = may('grant.create') && may('grant.revoke');
  const add = mayChange && (
    <Button
      variant="primary"
      size="small"
      icon={<Plus className="size-4" aria-hidden />}
      onClick={() => setNew(true)}
    >
      New grant
    </Button>
  );

  async function revokeExpired(id: string) {
    try {
      await api.grants.revoke({ grant: id });
      await client.invalidateQueries({ queryKey: orpc.grants.key() });
    } catch (error) {
      tellFailed(readError(error).message);
    }
  }

  return (
    <Section
      title="Grants"
      about="Levels that it was given, and rules that forbid. What is forbidden stays so, whatever allows it."
      actions={add}
      flush
    >
      {grants.error ? (
        <ErrorState error={grants.error} onRetry={() => void grants.refetch()} />
      ) : !grants.data ? (
        <SkeletonRows rows={3} />
      ) : grants.data.grants.length === 0 ? (
        <EmptyState icon={<KeyRound aria-hidden />} title="Nothing is granted" action={add}>
          An agent without grants sees no server and no tool.
        </EmptyState>
      ) : (
        <ul aria-label="Grants" className="divide-y divide-line">
          {grants.data.grants.map((grant) => (
            <li
              key={grant.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm sm:px-5"
            >
              <Words grant={grant} />
              {mayChange && (
                <Menu
                  label={`Change the grant on ${placeName(grant)}`}
                  entries={
                    grant.expired
                      ? [
                          {
                            label: 'Put it away',
                            icon: <Trash2 aria-hidden />,
                            onSelect: () => void revokeExpired(grant.id),
                          },
                        ]
                      : [
                          ...(['hour', 'day', 'week', 'month'] as const).map((duration) => ({
                            label: endWords[duration],
                            icon: <Hourglass aria-hidden />,
                            onSelect: () =>
                              void set(
                                [changeOf(grant, endOf(duration))],
                                `The grant on ${placeName(grant)} will end`,
                              ),
                          })),
                          {
                            label: 'Take it back',
                            icon: <Trash2 aria-hidden />,
                            danger: true,
                            apart: true,
                            onSelect: () =>
                              void set(
                                [{ ...changeOf(grant, undefined), level: null }],
                                `Took back ${grant.level} on ${placeName(grant)}`,
                              ),
                          },
                        ]
                  }
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {isNew && (
        <NewGrantDialog
          agent={agent}
          onClose={() => setNew(false)}
          onGrant={(change, words) => void set([change], words)}
        />
      )}
      {dialog}
    </Section>
  );
}

const endWords: Readonly<Record<Exclude<Duration, 'always'>, string>> = {
  hour: 'End it in an hour',
  day: 'End it in a day',
  week: 'End it in a week',
  month: 'End it in 30 days',
};

/** The same grant, with another end. */
function changeOf(grant: Grant, expiresAt: string | undefined): GrantChange {
  const { target } = grant;
  return {
    agent: grant.agent.id,
    target:
      target.scope === 'toolbox'
        ? { scope: 'toolbox', toolbox: target.toolbox.id }
        : target.scope === 'instance'
          ? { scope: 'instance', instance: target.instance.id }
          : {
              scope: 'offering',
              instance: target.instance.id,
              kind: target.kind,
              name: target.name,
            },
    level: grant.level,
    effect: grant.effect,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function placeName({ target }: Grant): string {
  if (target.scope === 'toolbox') return `all of ${target.toolbox.slug}`;
  return target.scope === 'instance' ? target.instance.slug : target.name;
}

function Words({ grant }: { readonly grant: Grant }) {
  const { effect, level, target, expired, expiresAt, createdAt } = grant;
  return (
    <span className="min-w-0 flex-1 basis-56">
      <span className="flex flex-wrap items-center gap-2">
        {effect === 'allow' ? (
          <Check className="size-4 text-good" aria-label="allows" />
        ) : (
          <Ban className="size-4 text-bad" aria-label="forbids" />
        )}
        <LevelBadge level={level} />
        <span className="text-soft">{effect === 'deny' && 'and more '}on</span>
        <span className="min-w-0 font-medium">
          <Untrusted>{placeName(grant)}</Untrusted>
          {target.scope === 'offering' && (
            <span className="font-normal text-faint"> of {target.instance.slug}</span>
          )}
        </span>
        {expired && <Badge tone="warn">ended</Badge>}
      </span>
      <span className="block pl-6 text-xs text-faint">
        since <RelativeTime at={createdAt} />
        {expiresAt !== undefined && !expired && (
          <>
            {' · ends '}
            <RelativeTime at={expiresAt} />
          </>
        )}
      </span>
    </span>
  );
}
