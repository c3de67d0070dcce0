import type { Instance } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';

import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { visibleText } from '../../ui/Untrusted.tsx';

/** An instance with its picture, leading to its page. */
export function InstanceName({ instance }: { readonly instance: Instance }) {
  const server =
    instance.title === instance.server ? instance.server : `${instance.title} · ${instance.server}`;
  return (
    <div className="flex min-w-0 items-center gap-3">
      <ServerIcon icon={instance.icon} size={32} />
      <div className="min-w-0">
        <Link
          to="/instances/$instance"
          params={{ instance: instance.slug }}
          className="block truncate rounded-sm font-medium underline-offset-4 hover:underline"
        >
          {instance.slug}
        </Link>
        <bdi className="block truncate text-xs text-faint" title={server}>
          {visibleText(server)}
        </bdi>
      </div>
    </div>
  );
}
