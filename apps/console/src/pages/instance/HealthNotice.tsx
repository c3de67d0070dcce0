import type { Instance } from '@plugboard/contracts/api';
import { CircleAlert, CirclePause } from 'lucide-react';

import { plural } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** Says what is wrong with an instance, where something is. */
export function HealthNotice({ instance }: { readonly instance: Instance }) {
  const { state, slug } = instance;
  if (state.stoppedAt !== undefined) {
    return (
      <p className="flex gap-3 rounded-card border border-line bg-sunken px-4 py-3 text-sm">
        <CirclePause className="mt-1 size-4 shrink-0 text-soft" aria-hidden />
        <span>
          Stopped <RelativeTime at={state.stoppedAt} />. It runs nowhere, agents do not see its
          tools, and calls on it are refused until somebody starts it.
        </span>
      </p>
    );
  }
  if (state.name !== 'failing') return null;
  return (
    <div
      role="alert"
      className="flex gap-3 rounded-card border border-bad/40 bg-bad-soft px-4 py-3 text-sm"
    >
      <CircleAlert className="mt-1 size-4 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0">
        <p className="font-medium text-bad">
          <Untrusted>{state.reason ?? 'It does not start, and does not say why.'}</Untrusted>
        </p>
        <p className="text-soft">
          {state.failures !== undefined && <>{plural(state.failures, 'failed start')} in a row. </>}
          {state.retryAt !== undefined && (
            <>
              The next call tries again <RelativeTime at={state.retryAt} />.{' '}
            </>
          )}
          <TextLink
            to="/instances/$instance"
            params={{ instance: slug }}
            search={{ tab: 'logs' }}
            className="underline"
          >
            See its logs
          </TextLink>
        </p>
      </div>
    </div>
  );
}
