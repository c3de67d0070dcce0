import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted, visibleText } from '../../ui/Untrusted.tsx';
import { CredentialActions } from './CredentialActions.tsx';
import { CredentialFacts } from './CredentialFacts.tsx';
import { CredentialUsage } from './CredentialUsage.tsx';
import { CredentialVersions } from './CredentialVersions.tsx';
import { kindWords } from './credential-words.ts';
import { KindIcon } from './KindIcon.tsx';
import { useMayCredential } from './may-credential.ts';

const route = getRouteApi('/credentials/$credential');

/** One credential: what is known of it, what it fills, and its versions. */
export function CredentialPage() {
  const { credential: ref } = route.useParams();
  const credential = useQuery(orpc.credentials.get.queryOptions({ input: { credential: ref } }));
  const mayCredential = useMayCredential();
  const back = (
    <TextLink to="/credentials" className="inline-flex items-center gap-1">
      <ChevronLeft className="size-4" aria-hidden /> Credentials
    </TextLink>
  );
  if (credential.isError) {
    return (
      <Page title="Credential" about={back}>
        <ErrorState error={credential.error} onRetry={() => void credential.refetch()} />
      </Page>
    );
  }
  if (credential.isPending) {
    return (
      <Page title="Credential" about={back}>
        <div role="status" aria-label="Loading" className="grid gap-5 lg:grid-cols-2">
          <Skeleton className="h-72" />
          <Skeleton className="h-72" />
        </div>
      </Page>
    );
  }
  const { data } = credential;
  const allowed = mayCredential(data);
  return (
    <Page
      title={visibleText(data.name)}
      heading={
        <span className="flex min-w-0 items-center gap-3">
          <KindIcon kind={data.kind} />
          <Untrusted className="min-w-0">{data.name}</Untrusted>
        </span>
      }
      about={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {back}
          <span>{kindWords[data.kind]}</span>
          {data.labels.map((label) => (
            <Badge key={label}>{label}</Badge>
          ))}
        </span>
      }
      actions={<CredentialActions credential={data} allowed={allowed} />}
    >
      {!allowed.manage && (
        <p className="text-sm text-soft">
          {data.owner.kind === 'member'
            ? 'This is a member’s own: only that member may use or change it.'
            : 'You may look at this, and not change it.'}
        </p>
      )}
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <CredentialFacts credential={data} mayTest={allowed.manage} />
        <div className="flex min-w-0 flex-col gap-5">
          <CredentialUsage credential={data} />
          <CredentialVersions credential={data} mayRollBack={allowed.manage} />
        </div>
      </div>
    </Page>
  );
}
