import type { RevisionDiff, RevisionView } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../../api/client.ts';
import { Badge, type Tone } from '../../../ui/Badge.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { SettingChanges } from '../configuration/SettingChanges.tsx';

export interface RevisionChangesProps {
  readonly instanceId: string;
  readonly revision: RevisionView;
}

/** What a revision changed of the one before it. */
export function RevisionChanges({ instanceId, revision: { revision } }: RevisionChangesProps) {
  const query = useQuery(
    orpc.versions.diff.queryOptions({
      input: { instance: instanceId, from: revision - 1, to: revision },
    }),
  );
  return (
    <div className="mt-3">
      {query.isPending && <Skeleton className="h-20" />}
      {query.isError && <ErrorState error={query.error} />}
      {query.data !== undefined && <DiffView diff={query.data} />}
    </div>
  );
}

const most = 40;

/** The difference of two revisions: version, settings, secrets by name, and what is offered. */
export function DiffView({ diff }: { readonly diff: RevisionDiff }) {
  const { version, settings, secretsChanged, contract } = diff;
  const offered = [
    ...contract.removed.map((each) => ({ ...each, word: 'removed', tone: 'bad' as Tone })),
    ...contract.changed.map((each) => ({ ...each, word: 'changed', tone: 'accent' as Tone })),
    ...contract.added.map((each) => ({ ...each, word: 'added', tone: 'good' as Tone })),
  ];
  const changes = [
    ...(version.before === version.after
      ? []
      : [{ path: 'version', before: version.before, after: version.after }]),
    ...settings,
  ];
  if (changes.length + secretsChanged.length + offered.length === 0) {
    return <p className="text-sm text-soft">Nothing differs.</p>;
  }
  return (
    <div className="flex flex-col gap-3 text-sm">
      {changes.length > 0 && <SettingChanges changes={changes} />}
      {secretsChanged.length > 0 && (
        <p className="text-soft">
          Secrets that differ:{' '}
          {secretsChanged.map((name) => (
            <code key={name} className="mr-1.5 font-mono text-xs">
              {visibleText(name)}
            </code>
          ))}
        </p>
      )}
      {offered.length > 0 && (
        <ul aria-label="Changed tools" className="flex flex-col gap-1">
          {offered.slice(0, most).map(({ kind, name, word, tone }) => (
            <li key={`${word} ${kind} ${name}`} className="flex items-center gap-2">
              <Badge tone={tone}>{word}</Badge>
              <bdi className="min-w-0 font-mono text-xs break-all">{visibleText(name)}</bdi>
              {kind !== 'tool' && (
                <span className="text-xs text-faint">{kind.replace('_', ' ')}</span>
              )}
            </li>
          ))}
          {offered.length > most && (
            <li className="text-faint">And {offered.length - most} more</li>
          )}
        </ul>
      )}
    </div>
  );
}
