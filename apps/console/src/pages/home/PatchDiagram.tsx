import type { Instance } from '@plugboard/contracts/api';
import { Check, SquareTerminal } from 'lucide-react';

import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

interface PatchDiagramProps {
  /** What the client is called. */
  readonly client: string;
  readonly connected: boolean;
  readonly instances: readonly Pick<Instance, 'id' | 'slug' | 'icon'>[];
}

const most = 4;

/** What Plugboard is, in a picture: a client here, servers there, one plug between them. */
export function PatchDiagram({ client, connected, instances }: PatchDiagramProps) {
  const shown = instances.slice(0, most);
  const more = instances.length - shown.length;
  return (
    <div
      role="img"
      aria-label={`${client} ${connected ? 'is connected to' : 'is to be connected to'} Plugboard, behind which are ${instances.length === 0 ? 'no servers yet' : shown.map(({ slug }) => slug).join(', ')}${more > 0 ? ` and ${more} more` : ''}`}
      className="mx-auto flex max-w-88 items-center text-xs"
    >
      <span className="flex w-18 shrink-0 flex-col items-center gap-1.5 text-center">
        <span
          className={`relative grid size-12 place-items-center rounded-2xl border bg-raised ${connected ? 'border-good text-good' : 'border-dashed border-line-strong text-soft'}`}
        >
          <SquareTerminal className="size-6" strokeWidth={1.5} />
          {connected && (
            <span className="absolute -right-1 -bottom-1 grid size-4.5 place-items-center rounded-full bg-good text-bg">
              <Check className="size-3" strokeWidth={3} />
            </span>
          )}
        </span>
        <span className="max-w-full truncate">{client}</span>
      </span>
      <Wire on={connected} />
      <span className="flex shrink-0 flex-col items-center gap-1.5">
        <span className="grid size-14 place-items-center rounded-2xl border border-line bg-raised shadow-low">
          <img src="/favicon.svg" alt="" width={34} height={34} />
        </span>
        <span className="font-medium">Plugboard</span>
      </span>
      <Wire on={shown.length > 0} />
      <span className="flex min-w-0 shrink flex-col gap-1.5">
        {shown.map(({ id, slug, icon }) => (
          <span key={id} className="flex items-center gap-2">
            <ServerIcon icon={icon} size={24} />
            <Untrusted className="truncate">{slug}</Untrusted>
          </span>
        ))}
        {more > 0 && <span className="text-faint">and {more} more</span>}
        {shown.length === 0 && <span className="text-faint">your servers</span>}
      </span>
    </div>
  );
}

function Wire({ on }: { readonly on: boolean }) {
  return (
    <span
      className={`mx-1.5 mb-5 h-0.5 min-w-3 flex-1 rounded-full ${on ? 'brand-gradient' : 'border-t-2 border-dashed border-line-strong opacity-60'}`}
    />
  );
}
