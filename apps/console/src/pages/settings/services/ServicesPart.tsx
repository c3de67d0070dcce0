import type { ProviderView } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SearchField } from '../../../ui/SearchField.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';
import { NewServiceDialog } from './NewServiceDialog.tsx';
import { ServiceDialog } from './ServiceDialog.tsx';

/** Services whose accounts can be connected, and Plugboard's client at each. */
export function ServicesPart() {
  const may = useMay();
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState<string>();
  const [isNew, setNew] = useState(false);
  const list = useQuery(orpc.providers.list.queryOptions());
  const providers = list.data?.providers ?? [];
  const sought = typed.trim().toLowerCase();
  const shown = providers
    .filter(({ title, slug }) => `${title} ${slug}`.toLowerCase().includes(sought))
    .toSorted((a, b) => Number(isSet(b)) - Number(isSet(a)) || a.title.localeCompare(b.title));
  const chosen = providers.find(({ slug }) => slug === open);
  return (
    <Section
      title="Services"
      about="People connect accounts of these. Most want Plugboard registered with them once."
      actions={
        may('provider.manage') && (
          <Button
            size="small"
            icon={<Plus className="size-4" aria-hidden />}
            onClick={() => setNew(true)}
          >
            Add a service
          </Button>
        )
      }
      flush
    >
      {list.isPending && <SkeletonRows />}
      {list.isError && (
        <ErrorState
          error={list.error}
          title="The services could not be read"
          onRetry={() => void list.refetch()}
        />
      )}
      {list.isSuccess && (
        <>
          <div className="px-4 pt-3 sm:px-5">
            <SearchField label="Search services" value={typed} onValue={setTyped} />
          </div>
          <ul aria-label="Services" className="mt-2 divide-y divide-line">
            {shown.map((provider) => (
              <li
                key={provider.slug}
                className="flex items-center gap-3 px-4 py-2.5 text-sm sm:px-5"
              >
                <span className="min-w-0 flex-1">
                  <Untrusted className="font-medium">{provider.title}</Untrusted>{' '}
                  <code className="font-mono text-xs text-faint">{provider.slug}</code>
                </span>
                <Ready provider={provider} />
                <Button
                  size="small"
                  aria-label={`${may('provider.manage') ? 'Set up' : 'Show'} ${visibleText(provider.title)}`}
                  onClick={() => setOpen(provider.slug)}
                >
                  {may('provider.manage') ? 'Set up' : 'Show'}
                </Button>
              </li>
            ))}
          </ul>
          {shown.length === 0 && (
            <p className="px-5 py-8 text-center text-sm text-soft">No service is called that.</p>
          )}
        </>
      )}
      {chosen && <ServiceDialog provider={chosen} onClose={() => setOpen(undefined)} />}
      {isNew && (
        <NewServiceDialog
          onClose={() => setNew(false)}
          onAdded={({ slug }) => {
            setNew(false);
            setOpen(slug);
          }}
        />
      )}
    </Section>
  );
}

function isSet({ client, origin }: ProviderView): boolean {
  return client !== undefined || origin === 'organization';
}

function Ready({ provider: { ready, client } }: { readonly provider: ProviderView }) {
  if (!ready) return <Badge>needs a client</Badge>;
  return <Badge tone="good">{client ? 'ready' : 'ready by itself'}</Badge>;
}
