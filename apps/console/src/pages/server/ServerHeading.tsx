import type { CatalogServer } from '@plugboard/contracts/api';
import { Download, Settings2 } from 'lucide-react';

import { useMay } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { TrustBadge } from '../marketplace/TrustBadge.tsx';

interface ServerProps {
  readonly server: CatalogServer;
}

/** Who it is. */
export function ServerHeading({ server }: ServerProps) {
  return (
    <span className="flex items-center gap-3.5">
      <ServerIcon icon={server.icon} size={56} />
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <Untrusted>{server.title}</Untrusted>
          <span className="inline-flex gap-1.5 font-normal tracking-normal">
            <TrustBadge tier={server.tier} verified={server.verified} />
            {server.status === 'deprecated' && (
              <Badge tone="bad" title={server.statusMessage ?? 'Its publisher advises against it'}>
                Deprecated
              </Badge>
            )}
          </span>
        </span>
        <span className="block truncate text-sm leading-5 font-normal tracking-normal text-soft">
          by <Untrusted>{server.publisher}</Untrusted>
        </span>
      </span>
    </span>
  );
}

/** What can be done with it. */
export function ServerActions({ server }: ServerProps) {
  const may = useMay();
  const [first] = server.installed;
  return (
    <>
      {first && (
        <ButtonLink
          to="/instances/$instance"
          params={{ instance: first.slug }}
          icon={<Settings2 className="size-4" aria-hidden />}
        >
          Open {first.slug}
        </ButtonLink>
      )}
      {may('instance.add') && (
        <ButtonLink
          to="/install"
          search={{ server: server.name }}
          variant={first ? 'secondary' : 'primary'}
          icon={<Download className="size-4" aria-hidden />}
        >
          {first ? 'Install another' : 'Install'}
        </ButtonLink>
      )}
    </>
  );
}
