import { type Level, levels } from '@plugboard/contracts';
import type { Agent } from '@plugboard/contracts/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { orpc } from '../api/client.ts';
import { useMay } from '../shell/use-me.ts';
import { Button } from '../ui/Button.tsx';
import { Problem } from '../ui/ErrorState.tsx';
import { Field } from '../ui/Field.tsx';
import { aboutLevel } from '../ui/LevelBadge.tsx';
import { Select } from '../ui/Select.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { visibleText } from '../ui/Untrusted.tsx';
import { makeToken } from './make-token.ts';

interface TokenMakerProps {
  /** What the client is called: a new agent gets that name. */
  readonly title: string;
  /** Whose token it is to be, by id or slug; asked for when absent. */
  readonly agent?: string | undefined;
  readonly onToken: (token: string) => void;
}

const anew = 'new';

/** Makes a token at once: of an agent that there is, or of a new one with a grant. */
export function TokenMaker({ title, agent: fixed, onToken }: TokenMakerProps) {
  const may = useMay();
  const agents = useQuery(orpc.agents.list.queryOptions({}));
  const toolboxes = useQuery(orpc.toolboxes.list.queryOptions({}));
  const [chosen, setChosen] = useState<string>();
  const [toolbox, setToolbox] = useState<string>();
  const [level, setLevel] = useState<Level>('write');
  const known = agents.data?.agents ?? [];
  const mayMake = may('agent.create') && may('grant.create');
  const agent = fixed ?? chosen ?? known[0]?.id ?? anew;
  const boxes = toolboxes.data?.toolboxes ?? [];
  const target = toolbox ?? boxes[0]?.id;
  const make = useMutation({
    mutationFn: () =>
      makeToken({
        agent: agent === anew ? undefined : agent,
        title,
        known,
        toolbox: target,
        level,
      }),
    onSuccess: onToken,
    // Shown below.
    onError: () => undefined,
  });
  if (agents.isPending || toolboxes.isPending) return <Skeleton className="h-32" />;
  return (
    <form
      className="flex flex-col gap-4 rounded-xl border border-line bg-sunken p-4"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      {fixed === undefined && (
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label="It acts as the agent">
            <Select
              options={[
                ...known.map(optionOf),
                ...(mayMake ? [{ value: anew, label: `New agent: ${title}` }] : []),
              ]}
              value={agent}
              onValue={setChosen}
            />
          </Field>
          {agent === anew && target !== undefined && (
            <>
              <Field label="It may use the toolbox">
                <Select
                  options={boxes.map(({ id, name }) => ({ value: id, label: visibleText(name) }))}
                  value={target}
                  onValue={setToolbox}
                />
              </Field>
              <Field label="Up to the level">
                <Select
                  options={levels.map((value) => ({
                    value,
                    label: value,
                    about: aboutLevel(value),
                  }))}
                  value={level}
                  onValue={setLevel}
                />
              </Field>
            </>
          )}
        </div>
      )}
      <p className="text-xs text-soft">
        Whoever has the token is the agent, until you revoke it. It is shown this once.
      </p>
      <Problem error={make.error} />
      <Button type="submit" variant="primary" busy={make.isPending} className="self-start">
        Make a token
      </Button>
    </form>
  );
}

function optionOf({ id, name, slug }: Agent) {
  return { value: id, label: visibleText(name === slug ? slug : `${name} (${slug})`) };
}
