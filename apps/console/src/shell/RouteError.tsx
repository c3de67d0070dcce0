import { Compass, RotateCw } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../ui/Button.tsx';
import { ButtonLink } from '../ui/ButtonLink.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorState } from '../ui/ErrorState.tsx';
import { isLostPage, reloadOnce } from './lost-page.ts';
import { Page } from './Page.tsx';
import { PageSkeleton } from './PageSkeleton.tsx';

/** In place of a page that failed. */
export function RouteError({
  error,
  reset,
}: {
  readonly error: unknown;
  readonly reset: () => void;
}) {
  if (isLostPage(error)) return <LostPage error={error} />;
  return (
    <Page title="Something failed">
      <div className="glass rounded-card">
        <ErrorState title="This page could not be shown" error={error} onRetry={reset} />
      </div>
    </Page>
  );
}

/** Loads the page anew, and where that did not help says what happened. */
function LostPage({ error }: { readonly error: Error }) {
  const [isReloading] = useState(() => reloadOnce(error));
  if (isReloading) return <PageSkeleton />;
  return (
    <Page title="This page could not be loaded">
      <div className="glass rounded-card">
        <EmptyState
          icon={<RotateCw aria-hidden />}
          title="A part of this page is missing"
          action={
            <Button variant="primary" onClick={() => location.reload()}>
              Load it again
            </Button>
          }
        >
          Plugboard was updated since this tab was opened, or the connection was lost.
        </EmptyState>
      </div>
    </Page>
  );
}

/** In place of a page that there is not. */
export function NotFound() {
  return (
    <Page title="Not found">
      <div className="glass rounded-card">
        <EmptyState
          icon={<Compass aria-hidden />}
          title="There is no such page"
          action={
            <ButtonLink to="/" variant="primary">
              Go home
            </ButtonLink>
          }
        >
          It may have been removed, or the address was cut off.
        </EmptyState>
      </div>
    </Page>
  );
}
