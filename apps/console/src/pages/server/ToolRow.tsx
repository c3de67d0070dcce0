import type { Level } from '@plugboard/contracts';
import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { classNames } from '../../ui/class-names.ts';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface ToolShown {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly level: Level;
  readonly levelFrom?: 'catalog' | 'annotations' | 'assumed';
}

export interface ToolRowProps {
  readonly tool: ToolShown;
  /** Where it is installed, and can be asked what it takes. */
  readonly instance: string | undefined;
}

/** One tool; its schema once it is open. */
export function ToolRow({ tool, instance }: ToolRowProps) {
  const [open, setOpen] = useState(false);
  const words = (
    <span className="min-w-0 flex-1">
      <span className="flex flex-wrap items-center gap-2">
        <span className="font-mono text-sm font-medium">
          <Untrusted>{tool.name}</Untrusted>
        </span>
        <LevelBadge level={tool.level} />
        {tool.levelFrom === 'assumed' && <span className="text-xs text-faint">assumed</span>}
      </span>
      {tool.description !== undefined && (
        <span className={classNames('block text-sm text-soft', !open && 'line-clamp-2')}>
          <Untrusted>{tool.description}</Untrusted>
        </span>
      )}
    </span>
  );
  if (instance === undefined) {
    return <li className="flex border-b border-line px-4 py-2.5 last:border-0 sm:px-5">{words}</li>;
  }
  return (
    <li className="border-b border-line last:border-0">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-start gap-2.5 px-4 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2 sm:px-5"
      >
        <ChevronRight
          className={classNames('mt-1 size-4 shrink-0 text-faint', open && 'rotate-90')}
          aria-hidden
        />
        {words}
      </button>
      {open && <Schema instance={instance} name={tool.name} />}
    </li>
  );
}

function Schema({ instance, name }: { readonly instance: string; readonly name: string }) {
  const { data, error } = useQuery(
    orpc.offerings.definition.queryOptions({ input: { instance, kind: 'tool', name } }),
  );
  return (
    <div className="px-4 pb-4 sm:px-5">
      {data ? (
        <CodeBlock code={JSON.stringify(data.definition, null, 2)} what={`what ${name} takes`} />
      ) : error ? (
        <Problem error={error} />
      ) : (
        <Skeleton className="h-32" />
      )}
    </div>
  );
}
