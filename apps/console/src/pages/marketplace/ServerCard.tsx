import type { CatalogCard } from '@plugboard/contracts/api';
import { Check, Download, Flame, Star, TriangleAlert, Wrench } from 'lucide-react';

import { useMay } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { formatCompact, plural } from '../../ui/format.ts';
import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { Highlighted } from './Highlighted.tsx';
import { TrustBadge } from './TrustBadge.tsx';
import { categoryLabel, runtimeLabel } from './words.ts';

/** A card of a shelf, or one that was found. */
export type ShownCard = Omit<CatalogCard, 'highlights' | 'matchingTools'> &
  Partial<Pick<CatalogCard, 'highlights' | 'matchingTools'>>;

export interface ServerCardProps {
  readonly card: ShownCard;
  readonly trending: boolean;
  readonly onOpen?: () => void;
}

/** In pixels: all cards are so high. */
export const cardHeight = 196;

/** A server as the marketplace shows it. */
export function ServerCard({ card, trending, onOpen }: ServerCardProps) {
  const { highlights = [], matchingTools = [] } = card;
  return (
    <div className="relative flex h-full flex-col gap-2.5 rounded-card border border-line bg-raised p-4 shadow-low hover:border-line-strong">
      <div className="flex items-start gap-3">
        <ServerIcon icon={card.icon} size={40} />
        <div className="min-w-0 flex-1">
          <h3 className="truncate leading-5 font-semibold">
            <TextLink
              to="/marketplace/$"
              params={{ _splat: card.name }}
              className="stretched text-ink no-underline! after:rounded-card"
              onClick={onOpen}
            >
              <Highlighted text={card.title} field="title" highlights={highlights} />
            </TextLink>
          </h3>
          <p className="truncate text-xs leading-5 text-faint" title={card.publisher}>
            <Highlighted text={card.publisher} field="publisher" highlights={highlights} />
            {' · '}
            {categoryLabel(card.category)}
          </p>
        </div>
        {trending && (
          <Badge tone="warn" icon={<Flame className="size-3" aria-hidden />} className="shrink-0">
            Trending
          </Badge>
        )}
      </div>
      <p className="line-clamp-2 h-10 text-sm leading-5 text-soft" title={card.description}>
        <Highlighted text={card.description} field="description" highlights={highlights} />
      </p>
      <div className="flex h-6 min-w-0 items-center gap-1.5 overflow-hidden">
        {card.status === 'deprecated' ? (
          <Badge
            tone="bad"
            icon={<TriangleAlert className="size-3" aria-hidden />}
            title={card.statusMessage ?? 'Its publisher advises against it'}
          >
            Deprecated
          </Badge>
        ) : (
          <TrustBadge tier={card.tier} verified={card.verified} />
        )}
        {matchingTools.length > 0 ? (
          <span className="flex min-w-0 items-center gap-1 text-xs text-soft">
            <Wrench className="size-3 shrink-0 text-faint" aria-hidden />
            <span className="truncate font-mono">
              <Untrusted>{matchingTools.map(({ name }) => name).join(', ')}</Untrusted>
            </span>
          </span>
        ) : (
          <>
            {card.runtimes.slice(0, 2).map((runtime) => (
              <Badge key={runtime}>{runtimeLabel(runtime)}</Badge>
            ))}
            {card.tools > 0 && <Badge>{plural(card.tools, 'tool')}</Badge>}
          </>
        )}
      </div>
      <CardFoot card={card} />
    </div>
  );
}

function CardFoot({ card }: { readonly card: ShownCard }) {
  const may = useMay();
  const [first] = card.installed;
  return (
    <div className="mt-auto flex h-8 items-center gap-3 text-xs text-faint tabular-nums">
      {card.stars !== undefined && (
        <span className="inline-flex items-center gap-1" title="Stars of its repository">
          <Star className="size-3.5" aria-hidden />
          {formatCompact(card.stars)}
          <span className="sr-only"> stars</span>
        </span>
      )}
      {card.downloads !== undefined && (
        <span className="inline-flex items-center gap-1" title="Downloads in a month">
          <Download className="size-3.5" aria-hidden />
          {formatCompact(card.downloads)}
          <span className="sr-only"> downloads</span>
        </span>
      )}
      <span className="min-w-0 truncate" title={`Version ${card.version}`}>
        v<Untrusted>{card.version}</Untrusted>
      </span>
      <span className="relative z-1 ml-auto flex shrink-0 items-center gap-2">
        {first && (
          <Badge tone="good" icon={<Check className="size-3" aria-hidden />}>
            Installed
          </Badge>
        )}
        {first ? (
          <ButtonLink
            size="small"
            to="/instances/$instance"
            params={{ instance: first.slug }}
            search={{ tab: 'configuration' }}
            aria-label={`Configure ${card.title}`}
          >
            Configure
          </ButtonLink>
        ) : (
          may('instance.add') && (
            <ButtonLink
              size="small"
              variant="primary"
              to="/install"
              search={{ server: card.name }}
              aria-label={`Install ${card.title}`}
            >
              Install
            </ButtonLink>
          )
        )}
      </span>
    </div>
  );
}
