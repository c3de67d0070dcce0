import type { CatalogServer } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { Wrench } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Section } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { plural } from '../../ui/format.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { ToolRow, type ToolShown } from './ToolRow.tsx';

const most = 300;

/** What agents could call. Once installed, as the server itself says, with its schemas. */
export function ToolsTab({ server }: { readonly server: CatalogServer }) {
  const instance = server.installed[0]?.slug;
  const offered = useQuery(
    orpc.offerings.list.queryOptions({
      input: { instance: instance ?? '', kind: 'tool' },
      enabled: instance !== undefined,
    }),
  );
  const [q, setQ] = useState('');
  const known: readonly ToolShown[] | undefined =
    instance === undefined ? server.tools : offered.data?.offerings;
  if (!known) {
    return offered.error ? (
      <ErrorState error={offered.error} onRetry={() => void offered.refetch()} />
    ) : (
      <SkeletonRows />
    );
  }
  if (known.length === 0) {
    return (
      <EmptyState icon={<Wrench aria-hidden />} title="Its tools are not known yet">
        {instance === undefined
          ? 'It tells them when it first runs. Install it to see them; no agent can call one before you grant it.'
          : 'It runs here and offers none.'}
      </EmptyState>
    );
  }
  const words = q.trim().toLowerCase();
  const found = known.filter(({ name, title = '', description = '' }) =>
    `${name} ${title} ${description}`.toLowerCase().includes(words),
  );
  return (
    <Section
      flush
      title={plural(found.length, 'tool')}
      about={
        instance === undefined
          ? 'As the catalog knows them; levels may change when it runs.'
          : `As ${instance} offers them. Open one for its schema.`
      }
      actions={<SearchField label="Search its tools" value={q} onValue={setQ} />}
    >
      <ul>
        {found.slice(0, most).map((tool) => (
          <ToolRow key={tool.name} tool={tool} instance={instance} />
        ))}
      </ul>
      {found.length > most && (
        <p className="px-5 py-3 text-sm text-faint">
          {plural(found.length - most, 'more tool')}: search for them.
        </p>
      )}
    </Section>
  );
}
