import type { CatalogServer } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { FileText } from 'lucide-react';
import { lazy, Suspense } from 'react';

import { orpc } from '../../api/client.ts';
import { Section } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { OutsideLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

const Markdown = lazy(async () => {
  const { Markdown: component } = await import('../../ui/Markdown.tsx');
  return { default: component };
});

/** What its publisher wrote about it. */
export function Readme({ server }: { readonly server: CatalogServer }) {
  const mayHaveOne = server.features.includes('readme') || server.runtimes.includes('npm');
  const { data, error, refetch } = useQuery(
    orpc.catalog.readme.queryOptions({
      input: { server: server.name },
      staleTime: 5 * 60_000,
      enabled: mayHaveOne,
    }),
  );
  return (
    <Section
      title="README"
      actions={
        data?.markdown !== undefined &&
        data.url !== undefined && (
          <span className="text-sm">
            <OutsideLink href={data.url}>
              {data.from === 'npm' ? 'As npm shows it' : 'Where it is from'}
            </OutsideLink>
          </span>
        )
      }
    >
      {data?.markdown !== undefined ? (
        <Suspense fallback={<ReadmeSkeleton />}>
          <Markdown>{data.markdown}</Markdown>
        </Suspense>
      ) : error ? (
        <ErrorState
          error={error}
          title="The README could not be read"
          onRetry={() => void refetch()}
        />
      ) : data || !mayHaveOne ? (
        <NoReadme message={data?.message} url={data?.url ?? server.repositoryUrl} />
      ) : (
        <ReadmeSkeleton />
      )}
    </Section>
  );
}

interface NoReadmeProps {
  readonly message: string | undefined;
  readonly url: string | undefined;
}

function NoReadme({ message, url }: NoReadmeProps) {
  return (
    <EmptyState icon={<FileText aria-hidden />} title="Nobody told us its README">
      {message === undefined ? (
        'What it can do is under Tools, and what it takes under Configuration.'
      ) : (
        <Untrusted>{message}</Untrusted>
      )}
      {url !== undefined && (
        <>
          {' '}
          <OutsideLink href={url} className="underline">
            {url}
          </OutsideLink>
        </>
      )}
    </EmptyState>
  );
}

function ReadmeSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-3">
      {[60, 95, 88, 92, 40, 90, 84, 70].map((width, line) => (
        <Skeleton
          key={line}
          className={line === 0 ? 'h-6 w-3/5' : width < 60 ? 'h-4 w-2/5' : 'h-4'}
        />
      ))}
    </div>
  );
}
