import type { Need } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { CheckCheck } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { actionOf } from './need-action.ts';
import { NeedItem } from './NeedItem.tsx';

interface NeedListProps {
  /** Worst first. */
  readonly needs: readonly Need[];
  readonly total: number;
  /** When they were found. */
  readonly at: string;
}

const few = 6;

/** What somebody has to decide or do, each with the button that does it. */
export function NeedList({ needs, total, at }: NeedListProps) {
  const client = useQueryClient();
  const may = useMay();
  // By when what is done about a need was done: what is found later is there again.
  const [doneAt, setDoneAt] = useState<ReadonlyMap<string, number>>(new Map());
  const [errors, setErrors] = useState<ReadonlyMap<string, unknown>>(new Map());
  const [all, setAll] = useState(false);
  const open = needs.filter(({ id }) => Date.parse(at) > (doneAt.get(id) ?? 0));
  const run = async (id: string, action: () => Promise<string | undefined>) => {
    setErrors((before) => without(before, id));
    setDoneAt((before) => new Map(before).set(id, Infinity));
    try {
      const words = await action();
      if (words !== undefined) tellDone(words);
      setDoneAt((before) => new Map(before).set(id, Date.now()));
      void client.invalidateQueries({ queryKey: orpc.overview.key() });
    } catch (error) {
      setDoneAt((before) => without(before, id));
      setErrors((before) => new Map(before).set(id, error));
    }
  };
  const shown = all ? open : open.slice(0, few);
  const more = total - (needs.length - open.length) - shown.length;
  return (
    <Section title="Needs you" flush>
      {open.length === 0 ? (
        <p className="flex items-center gap-3 px-4 py-4 text-sm text-soft sm:px-5">
          <CheckCheck className="size-5 shrink-0 text-good" aria-hidden />
          Nothing. Failing servers, sign-ins and updates show here, each with the button that
          settles it.
        </p>
      ) : (
        <ul>
          {shown.map((need) => (
            <NeedItem
              key={need.id}
              need={need}
              action={actionOf(need, may)}
              error={errors.get(need.id)}
              onRun={(action) => void run(need.id, action)}
            />
          ))}
        </ul>
      )}
      {more > 0 && !all && (
        <p className="border-t border-line px-4 py-2 sm:px-5">
          <Button size="small" variant="quiet" className="-ml-2.5" onClick={() => setAll(true)}>
            Show {more} more
          </Button>
        </p>
      )}
    </Section>
  );
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const next = new Map(map);
  next.delete(key);
  return next;
}
