import type { AccessDecision, Agent } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';
import { Ban, Check, FlaskConical } from 'lucide-react';

import { Badge } from '../../ui/Badge.tsx';
import { buttonClass } from '../../ui/button-class.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** What the list of an agent's tools compares. */
export function toolColumns(agent: Agent): readonly Column<AccessDecision>[] {
  return [
    {
      id: 'name',
      header: 'Tool',
      width: 'minmax(12rem, 1.4fr)',
      cell: (tool) => <ToolName tool={tool} />,
    },
    {
      id: 'level',
      header: 'Needs',
      width: '7rem',
      cell: ({ level }) => <LevelBadge level={level} />,
    },
    {
      id: 'why',
      header: 'Why',
      width: 'minmax(14rem, 2fr)',
      cell: (tool) => <Why agent={agent} tool={tool} />,
    },
    {
      id: 'try',
      header: '',
      width: '5.5rem',
      align: 'right',
      cell: (tool) => <TryLink agent={agent} tool={tool} />,
    },
  ];
}

interface CellProps {
  readonly agent: Agent;
  readonly tool: AccessDecision;
}

function ToolName({ tool: { name, instance, kind } }: Pick<CellProps, 'tool'>) {
  return (
    <span className="block min-w-0">
      <span className="flex min-w-0 items-center gap-2">
        <Untrusted className="truncate font-medium">{name}</Untrusted>
        {kind !== 'tool' && <Badge>{kind.replace('_', ' ')}</Badge>}
      </span>
      <Link
        to="/instances/$instance"
        params={{ instance }}
        className="block truncate rounded-sm text-xs text-faint hover:text-accent"
      >
        {instance}
      </Link>
    </span>
  );
}

function Why({ agent, tool: { allowed, explanation, instance } }: CellProps) {
  return (
    <Link
      to="/matrix"
      search={{ agent: agent.slug, instance }}
      title={explanation}
      className="flex min-w-0 items-center gap-2 rounded-sm text-soft hover:text-ink"
    >
      {allowed ? (
        <Check className="size-4 shrink-0 text-good" aria-label="allowed" />
      ) : (
        <Ban className="size-4 shrink-0 text-bad" aria-label="refused" />
      )}
      <span className="truncate">{explanation}</span>
    </Link>
  );
}

function TryLink({ agent, tool: { instance, kind, name } }: CellProps) {
  if (kind === 'resource_template') return null;
  return (
    <Link
      to="/playground"
      search={{
        agent: agent.slug,
        instance,
        tool: name,
        ...(kind !== 'tool' && { kind }),
      }}
      aria-label={`Try ${name}`}
      className={buttonClass('quiet', 'small')}
    >
      <FlaskConical className="size-4" aria-hidden /> Try
    </Link>
  );
}

/** A tool in the list of a phone. */
export function ToolCard({ agent, tool }: CellProps) {
  return (
    <div className="flex flex-col gap-1.5 text-sm">
      <div className="flex items-start justify-between gap-3">
        <ToolName tool={tool} />
        <LevelBadge level={tool.level} />
      </div>
      <div className="flex items-center justify-between gap-3">
        <Why agent={agent} tool={tool} />
        <TryLink agent={agent} tool={tool} />
      </div>
    </div>
  );
}
