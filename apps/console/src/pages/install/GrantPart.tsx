import type { Level } from '@plugboard/contracts';
import type { GrantChange, Instance } from '@plugboard/contracts/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bot } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { readError } from '../../api/errors.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Section } from '../../ui/Card.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { aboutLevel } from '../../ui/LevelBadge.tsx';
import { Select } from '../../ui/Select.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

const levels = ['read', 'write', 'execute', 'admin'] as const satisfies readonly Level[];

/** Which agents may use it, and how far. */
export function GrantPart({ instance }: { readonly instance: Instance }) {
  const may = useMay();
  const client = useQueryClient();
  const { data } = useQuery(orpc.agents.list.queryOptions());
  const [chosen, setChosen] = useState<Readonly<Record<string, Level>>>({});
  const [asks, setAsks] = useState(false);
  const set = useMutation(orpc.grants.set.mutationOptions({ onError: () => undefined }));
  const agents = data?.agents ?? [];
  const changes: GrantChange[] = Object.entries(chosen).map(([agent, level]) => ({
    agent,
    target: { scope: 'instance', instance: instance.id },
    level,
  }));
  const grant = async (confirm: boolean) => {
    try {
      const { before } = await set.mutateAsync({ changes, confirm });
      setChosen({});
      await client.invalidateQueries({ queryKey: orpc.agents.key() });
      tellDone('Granted', () => set.mutate({ changes: before, confirm: true }));
    } catch (error) {
      if (!confirm && readError(error).code === 'conflict') setAsks(true);
      else if (confirm) throw error;
    }
  };
  if (!may('grant.create')) return null;
  return (
    <Section
      title="Let agents use it"
      about={`No agent may yet, but those with a grant on the toolbox ${instance.toolbox.slug}.`}
    >
      {!data ? (
        <SkeletonRows rows={2} />
      ) : agents.length === 0 ? (
        <EmptyState
          icon={<Bot aria-hidden />}
          title="There is no agent yet"
          action={
            <ButtonLink to="/agents" search={{ new: true }} variant="primary">
              Make an agent
            </ButtonLink>
          }
        >
          An agent is what a client such as an editor or a chat connects as.
        </EmptyState>
      ) : (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            void grant(false);
          }}
        >
          <ul className="flex flex-col">
            {agents.slice(0, 50).map(({ id, name }) => (
              <li
                key={id}
                className="flex flex-wrap items-center gap-3 border-b border-line py-2 last:border-0"
              >
                <Bot className="size-4 shrink-0 text-faint" aria-hidden />
                <span className="min-w-0 flex-1 truncate text-sm font-medium">
                  <Untrusted>{name}</Untrusted>
                </span>
                <Select
                  label={`What ${name} may do`}
                  className="w-40"
                  options={[
                    { value: 'none', label: 'Nothing yet' },
                    ...levels.map((level) => ({
                      value: level,
                      label: level,
                      about: aboutLevel(level),
                    })),
                  ]}
                  value={chosen[id] ?? 'none'}
                  onValue={(level) => {
                    const { [id]: _before, ...others } = chosen;
                    setChosen(level === 'none' ? others : { ...others, [id]: level });
                  }}
                />
              </li>
            ))}
          </ul>
          {!asks && <Problem error={set.error} />}
          <Button
            type="submit"
            variant="primary"
            className="self-end"
            busy={set.isPending}
            disabled={changes.length === 0}
          >
            Grant
          </Button>
        </form>
      )}
      <ConfirmDialog
        open={asks}
        onOpen={setAsks}
        title="Grant something dangerous?"
        action="Grant it"
        onConfirm={() => grant(true)}
      >
        {set.error ? readError(set.error).message : null}
      </ConfirmDialog>
    </Section>
  );
}
