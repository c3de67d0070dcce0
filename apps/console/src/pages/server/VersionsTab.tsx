import type { CatalogServer } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Skeleton, SkeletonRows } from '../../ui/Skeleton.tsx';
import { OutsideLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

const Markdown = lazy(async () => {
  const { Markdown: component } = await import('../../ui/Markdown.tsx');
  return { default: component };
});

interface ServerProps {
  readonly server: CatalogServer;
}

const most = 50;

/** Which versions there are, what changed, and its entry as it was published. */
export function VersionsTab({ server }: ServerProps) {
  const { data, error, refetch } = useQuery(
    orpc.catalog.versions.queryOptions({ input: { name: server.name } }),
  );
  const here = new Set(server.installed.map(({ version }) => version));
  return (
    <div className="flex flex-col gap-5">
      <Section flush title="Versions" about="As the sources of the catalog tell them.">
        {data ? (
          <ul>
            {data.versions.slice(0, most).map((each) => (
              <li
                key={`${each.source} ${each.version}`}
                className="flex flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line px-4 py-2.5 text-sm last:border-0 sm:px-5"
              >
                <span className="font-mono font-medium">
                  <Untrusted>{each.version}</Untrusted>
                </span>
                {each.isLatest && <Badge tone="accent">latest</Badge>}
                {here.has(each.version) && <Badge tone="good">installed</Badge>}
                {each.status === 'deprecated' && (
                  <Badge
                    tone="bad"
                    title={each.statusMessage ?? 'Its publisher advises against it'}
                  >
                    deprecated
                  </Badge>
                )}
                <span className="ml-auto text-xs text-faint">
                  <Untrusted>{each.source}</Untrusted>
                  {each.publishedAt !== undefined && (
                    <>
                      {' · '}
                      <RelativeTime at={each.publishedAt} />
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={3} />
        )}
      </Section>
      <ChangelogPart server={server} />
      <Document server={server} />
    </div>
  );
}

function ChangelogPart({ server }: ServerProps) {
  const instance = server.installed[0]?.slug;
  const { data, error } = useQuery(
    orpc.versions.changelog.queryOptions({
      input: { instance: instance ?? '' },
      enabled: instance !== undefined,
      retry: false,
    }),
  );
  const { repositoryUrl } = server;
  return (
    <Section title="Changelog">
      {instance === undefined || error || (data && data.sections.length === 0) ? (
        <p className="text-sm text-soft">
          {data?.problem ??
            (instance === undefined
              ? 'It is read from the package of an installed version.'
              : 'There is nothing newer to tell of.')}{' '}
          {repositoryUrl !== undefined && (
            <OutsideLink href={repositoryUrl} className="underline">
              Its repository
            </OutsideLink>
          )}
        </p>
      ) : data ? (
        <Suspense fallback={<Skeleton className="h-24" />}>
          {data.sections.slice(0, 20).map(({ version, text }) => (
            <article key={version} className="mb-4">
              <h3 className="font-mono font-semibold">
                <Untrusted>{version}</Untrusted>
              </h3>
              <Markdown>{text}</Markdown>
            </article>
          ))}
        </Suspense>
      ) : (
        <Skeleton className="h-24" />
      )}
    </Section>
  );
}

function Document({ server }: ServerProps) {
  const [open, setOpen] = useState(false);
  const { data, error, refetch } = useQuery(
    orpc.catalog.document.queryOptions({ input: { name: server.name }, enabled: open }),
  );
  return (
    <Section
      title="server.json"
      about="Its entry, as it was published."
      actions={
        <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide' : 'Show'}
        </Button>
      }
    >
      {open &&
        (data ? (
          <CodeBlock code={JSON.stringify(data.server, null, 2)} what="server.json" />
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-40" />
        ))}
    </Section>
  );
}
