import type { Toolbox } from '@plugboard/contracts/api';
import { Link, useNavigate } from '@tanstack/react-router';
import { CircleAlert, Grid3x3, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { useMay } from '../../shell/use-me.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { plural } from '../../ui/format.ts';
import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { visibleText } from '../../ui/Untrusted.tsx';
import { DeleteToolboxDialog } from './DeleteToolboxDialog.tsx';
import { EnvironmentBadge } from './EnvironmentBadge.tsx';
import type { ToolboxContents } from './toolbox-contents.ts';
import { ToolboxDialog } from './ToolboxDialog.tsx';

export interface ToolboxCardProps {
  readonly toolbox: Toolbox;
  readonly contents: ToolboxContents | undefined;
}

const mostIcons = 7;
const mostAgents = 3;

/** A toolbox at a glance: what is in it, who may use it, and where. */
export function ToolboxCard({ toolbox, contents }: ToolboxCardProps) {
  const { slug, name, environment, mcpUrl, memberLevel } = toolbox;
  const instances = contents?.instances ?? [];
  return (
    <article
      aria-label={slug}
      className="glass flex h-full flex-col gap-3 rounded-card px-4 py-3.5 text-sm"
    >
      <header className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="flex min-w-0 items-center gap-2 text-base leading-6 font-semibold">
            <Link
              to="/instances"
              search={{ toolbox: slug }}
              className="min-w-0 truncate rounded-sm underline-offset-4 hover:underline"
            >
              <bdi>{visibleText(name)}</bdi>
            </Link>
            <EnvironmentBadge environment={environment} />
          </h2>
          {name !== slug && <p className="truncate font-mono text-xs text-faint">{slug}</p>}
        </div>
        <ToolboxMenu toolbox={toolbox} />
      </header>
      <div className="flex h-9 items-center gap-1.5">
        {instances.slice(0, mostIcons).map((instance) => (
          <Link
            key={instance.id}
            to="/instances/$instance"
            params={{ instance: instance.slug }}
            title={instance.slug}
            className="relative rounded-lg"
          >
            <ServerIcon icon={instance.icon} size={32} />
            <span className="sr-only">{instance.slug}</span>
          </Link>
        ))}
        {instances.length > mostIcons && (
          <span className="text-xs text-faint">+{instances.length - mostIcons}</span>
        )}
        {toolbox.instances === 0 && <span className="text-faint">Nothing is installed here.</span>}
      </div>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-soft tabular-nums">
        <TextLink to="/instances" search={{ toolbox: slug }}>
          {plural(toolbox.instances, 'instance')}
        </TextLink>
        <span>{plural(contents?.tools ?? 0, 'tool')}</span>
        {contents !== undefined && contents.failing > 0 && (
          <Link
            to="/instances"
            search={{ toolbox: slug, state: 'failing' }}
            className="inline-flex items-center gap-1 rounded-sm font-medium text-bad underline-offset-4 hover:underline"
          >
            <CircleAlert className="size-3.5" aria-hidden /> {contents.failing} failing
          </Link>
        )}
      </p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1.5">
        <dt className="text-faint">Agents</dt>
        <dd className="min-w-0 truncate">
          <Agents slug={slug} contents={contents} />
        </dd>
        <dt className="text-faint">Members</dt>
        <dd className="min-w-0 truncate text-soft">
          {memberLevel === undefined ? (
            'may not lend it'
          ) : (
            <>
              may lend it up to <LevelBadge level={memberLevel} />
            </>
          )}
        </dd>
      </dl>
      <div className="mt-auto flex items-center gap-2 rounded-lg border border-line bg-sunken py-1 pr-1 pl-3">
        <bdi className="min-w-0 flex-1 truncate font-mono text-xs" title={mcpUrl}>
          {mcpUrl}
        </bdi>
        <CopyButton text={mcpUrl} what={`the endpoint of ${slug}`} />
      </div>
    </article>
  );
}

function Agents({ slug, contents }: { slug: string; contents: ToolboxContents | undefined }) {
  const { agents = [], agentsOfParts = 0 } = contents ?? {};
  if (agents.length === 0 && agentsOfParts === 0) {
    return (
      <TextLink to="/matrix" search={{ toolbox: slug }}>
        none yet
      </TextLink>
    );
  }
  const more = agents.length - mostAgents;
  return (
    <>
      {agents.slice(0, mostAgents).map((agent, index) => (
        <span key={agent.slug}>
          {index > 0 && ', '}
          <TextLink to="/agents/$agent" params={{ agent: agent.slug }}>
            <bdi>{visibleText(agent.name)}</bdi>
          </TextLink>
        </span>
      ))}
      {(more > 0 || agentsOfParts > 0) && (
        <TextLink to="/matrix" search={{ toolbox: slug }}>
          {agents.length > 0 && ', '}
          {more > 0 && `${more} more`}
          {more > 0 && agentsOfParts > 0 && ', '}
          {agentsOfParts > 0 && `${agentsOfParts} to parts of it`}
        </TextLink>
      )}
    </>
  );
}

function ToolboxMenu({ toolbox }: { readonly toolbox: Toolbox }) {
  const may = useMay();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'change' | 'delete'>();
  const entries: (MenuEntry & { readonly needs: string })[] = [
    {
      needs: 'instance.add',
      label: 'Add a server',
      icon: <Plus aria-hidden />,
      onSelect: () => void navigate({ to: '/marketplace' }),
    },
    {
      needs: 'grant.read',
      label: 'Permissions',
      icon: <Grid3x3 aria-hidden />,
      onSelect: () => void navigate({ to: '/matrix', search: { toolbox: toolbox.slug } }),
    },
    {
      needs: 'toolbox.change',
      label: 'Change…',
      icon: <Pencil aria-hidden />,
      onSelect: () => setDialog('change'),
    },
    {
      needs: 'toolbox.delete',
      label: toolbox.instances === 0 ? 'Delete…' : 'Delete (remove its instances first)',
      icon: <Trash2 aria-hidden />,
      danger: true,
      apart: true,
      disabled: toolbox.instances > 0,
      onSelect: () => setDialog('delete'),
    },
  ];
  const close = () => setDialog(undefined);
  return (
    <>
      <Menu
        label={`Actions of ${toolbox.slug}`}
        entries={entries.filter(({ needs }) => may(needs))}
      />
      {dialog === 'change' && <ToolboxDialog toolbox={toolbox} onClose={close} />}
      {dialog === 'delete' && <DeleteToolboxDialog toolbox={toolbox} onClose={close} />}
    </>
  );
}
