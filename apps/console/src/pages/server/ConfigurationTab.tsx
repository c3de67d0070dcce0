import type { CatalogServer, DescribedConfiguration } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { Settings2 } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Section } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { OutsideLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

const places = {
  env: 'environment variable',
  argument: 'argument',
  header: 'header',
  url: 'part of its address',
} as const;

/** What can be set of it. */
export function ConfigurationTab({ server }: { readonly server: CatalogServer }) {
  const { data, error, refetch } = useQuery(
    orpc.configuration.describeServer.queryOptions({ input: { server: server.name } }),
  );
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />;
  }
  const properties = Object.entries(data.schema.properties);
  if (properties.length === 0) {
    return (
      <EmptyState icon={<Settings2 aria-hidden />} title="Nothing to set">
        {data.open
          ? 'Nobody says what it takes. Its documentation may; variables can be given when it is installed.'
          : 'It runs as it is.'}
      </EmptyState>
    );
  }
  const required = new Set(data.schema.required);
  return (
    <Section
      flush
      title="What can be set"
      about="When it is installed, and later under Configuration of its instance."
    >
      <dl>
        {properties.map(([key, property]) => (
          <Setting key={key} name={key} property={property} required={required.has(key)} />
        ))}
      </dl>
    </Section>
  );
}

interface SettingProps {
  readonly name: string;
  readonly property: DescribedConfiguration['schema']['properties'][string];
  readonly required: boolean;
}

function Setting({ name, property, required }: SettingProps) {
  const facts = property['x-plugboard'];
  return (
    <div className="border-b border-line px-4 py-3 last:border-0 sm:px-5">
      <dt className="flex flex-wrap items-center gap-2">
        <code className="font-mono text-sm font-medium">
          <Untrusted>{name}</Untrusted>
        </code>
        {required && <Badge tone="warn">required</Badge>}
        {facts?.secret === true && <Badge tone="violet">secret</Badge>}
        {facts && <span className="text-xs text-faint">{places[facts.in]}</span>}
      </dt>
      <dd className="mt-0.5 text-sm text-soft">
        {property.description !== undefined && <Untrusted>{property.description}</Untrusted>}
        {facts?.url !== undefined && (
          <>
            {' '}
            <OutsideLink href={facts.url} className="underline">
              Where to get one
            </OutsideLink>
          </>
        )}
        {property.enum && (
          <span className="block text-xs text-faint">
            One of <Untrusted>{property.enum.slice(0, 30).join(', ')}</Untrusted>
          </span>
        )}
        {property.default !== undefined && (
          <span className="block text-xs text-faint">
            Default <code className="font-mono">{JSON.stringify(property.default)}</code>
          </span>
        )}
      </dd>
    </div>
  );
}
