import type { Instance } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';

import { orpc } from '../../../api/client.ts';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { OutsideLink } from '../../../ui/TextLink.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';

const Markdown = lazy(async () => {
  const { Markdown: component } = await import('../../../ui/Markdown.tsx');
  return { default: component };
});

export interface ChangelogSectionProps {
  readonly instance: Instance;
  readonly to: string;
}

/** What the publisher says is new. */
export function ChangelogSection({ instance, to }: ChangelogSectionProps) {
  const query = useQuery(
    orpc.versions.changelog.queryOptions({ input: { instance: instance.id, to } }),
  );
  const changelog = query.data;
  return (
    <Section
      title="What is new"
      about="In its publisher’s words."
      actions={
        changelog?.repositoryUrl !== undefined && (
          <OutsideLink href={changelog.repositoryUrl} className="text-sm">
            Repository
          </OutsideLink>
        )
      }
    >
      {query.isPending && <Skeleton className="h-24" />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {changelog !== undefined && changelog.sections.length === 0 && (
        <p className="text-sm text-soft">
          <bdi>{visibleText(changelog.problem ?? 'It says nothing of these versions.')}</bdi>
        </p>
      )}
      <div className="flex flex-col gap-5">
        {changelog?.sections.map(({ version, text }) => (
          <article key={version} aria-label={`Version ${version}`}>
            <h3 className="mb-1 font-semibold tabular-nums">
              <bdi>{visibleText(version)}</bdi>
            </h3>
            <Suspense fallback={<Skeleton className="h-16" />}>
              <Markdown>{text}</Markdown>
            </Suspense>
          </article>
        ))}
      </div>
    </Section>
  );
}
