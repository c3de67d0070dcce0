import type { CatalogToolSearch } from '@plugboard/contracts/api';

import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { VirtualGrid } from '../../ui/VirtualGrid.tsx';

type FoundTool = CatalogToolSearch['tools'][number];

export interface ToolResultsProps {
  readonly tools: readonly FoundTool[];
  readonly hasMore: boolean;
  readonly onEnd: () => void;
}

/** Tools that were found inside servers. */
export function ToolResults({ tools, hasMore, onEnd }: ToolResultsProps) {
  return (
    <VirtualGrid
      label="Tools"
      items={tools}
      itemKey={(tool) => `${tool.server.name} ${tool.name}`}
      minWidth={300}
      height={132}
      {...(hasMore && { total: tools.length + 1, onEnd })}
    >
      {(tool) => <ToolCard tool={tool} />}
    </VirtualGrid>
  );
}

function ToolCard({ tool }: { readonly tool: FoundTool }) {
  const { server } = tool;
  return (
    <div className="relative flex h-full flex-col gap-1.5 rounded-card border border-line bg-raised p-3.5 shadow-low hover:border-line-strong">
      <div className="flex items-center gap-2">
        <h3 className="min-w-0 flex-1 truncate font-mono text-sm font-semibold">
          <TextLink
            to="/marketplace/$"
            params={{ _splat: server.name }}
            search={{ tab: 'tools' }}
            className="stretched text-ink no-underline! after:rounded-card"
          >
            <Untrusted>{tool.name}</Untrusted>
          </TextLink>
        </h3>
        <LevelBadge level={tool.level} />
      </div>
      <p className="line-clamp-2 h-10 text-sm leading-5 text-soft">
        <Untrusted>{tool.description ?? tool.title ?? 'No description'}</Untrusted>
      </p>
      <p className="mt-auto flex min-w-0 items-center gap-2 text-xs text-faint">
        <ServerIcon icon={server.icon} size={24} />
        <span className="truncate">
          <Untrusted>{server.title}</Untrusted>
        </span>
        {server.installed.length > 0 && <span className="shrink-0 text-good">Installed</span>}
      </p>
    </div>
  );
}
