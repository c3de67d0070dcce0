import { Compass } from 'lucide-react';

import { ButtonLink } from '../ui/ButtonLink.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorState } from '../ui/ErrorState.tsx';
import { Page } from './Page.tsx';

/** In place of a page that failed. */
export function RouteError({
  error,
  reset,
}: {
  readonly error: unknown;
  readonly reset: () => void;
}) {
  return (
    <Page title="Something failed">
      <div className="glass rounded-card">
        <ErrorState title="This page could not be shown" error={error} onRetry={reset} />
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
