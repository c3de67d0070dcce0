import type { CredentialVersionView, CredentialView } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface CredentialVersionsProps {
  readonly credential: CredentialView;
  readonly mayRollBack: boolean;
}

/** What it held before, as far as that is kept, and the way back to it. */
export function CredentialVersions({ credential, mayRollBack }: CredentialVersionsProps) {
  const client = useQueryClient();
  const { id, name, uses, kind } = credential;
  const [to, setTo] = useState<number>();
  const list = useQuery(orpc.credentials.versions.queryOptions({ input: { credential: id } }));
  return (
    <Section title="Versions" flush about="Newest first. None of them is ever shown.">
      {list.isPending && <SkeletonRows rows={2} className="h-8" />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && (
        <ol className="divide-y divide-line text-sm">
          {list.data.versions.map((version) => (
            <VersionRow
              key={version.version}
              version={version}
              onRollBack={
                mayRollBack && kind !== 'oauth' && version.kept && !version.current
                  ? () => setTo(version.version)
                  : undefined
              }
            />
          ))}
        </ol>
      )}
      <ConfirmDialog
        open={to !== undefined}
        onOpen={(open) => !open && setTo(undefined)}
        title={`Go back to version ${to ?? ''}?`}
        action="Go back"
        danger={false}
        onConfirm={async () => {
          const { version } = await api.credentials.rollBack({ credential: id, version: to ?? 0 });
          void client.invalidateQueries({ queryKey: orpc.credentials.key() });
          tellDone(`${name} holds what version ${to ?? ''} held, as version ${version}`);
        }}
      >
        What version {to} held is put in place as a new version. The present one is kept.
        {uses > 0 && ' Servers that use it start anew with it.'}
      </ConfirmDialog>
    </Section>
  );
}

interface VersionRowProps {
  readonly version: CredentialVersionView;
  readonly onRollBack: (() => void) | undefined;
}

function VersionRow({ version, onRollBack }: VersionRowProps) {
  const { current, kept, note, createdBy, createdAt, destroyedAt } = version;
  return (
    <li className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 sm:px-5">
      <span className="w-8 font-medium tabular-nums">{version.version}</span>
      <span className="min-w-0 flex-1 basis-40 text-soft">
        <RelativeTime at={createdAt} />
        {createdBy && (
          <>
            {' by '}
            <Untrusted>{createdBy.name}</Untrusted>
          </>
        )}
        {note !== undefined && (
          <Untrusted className="block truncate text-xs text-faint">{note}</Untrusted>
        )}
      </span>
      {current && <Badge tone="good">in use</Badge>}
      {!kept && (
        <Badge
          {...(destroyedAt !== undefined && { title: new Date(destroyedAt).toLocaleString() })}
        >
          destroyed
        </Badge>
      )}
      {onRollBack && (
        <Button
          size="small"
          aria-label={`Go back to version ${version.version}`}
          icon={<History className="size-4" aria-hidden />}
          onClick={onRollBack}
        >
          Go back
        </Button>
      )}
    </li>
  );
}
