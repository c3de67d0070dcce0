import type { Instance, LiveCall } from '@plugboard/contracts/api';
import { PartyPopper } from 'lucide-react';
import type { ReactNode } from 'react';

import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { PatchDiagram } from '../home/PatchDiagram.tsx';
import { questionFor } from './first-question.ts';

interface FirstCallProps {
  /** What the chosen client is called. */
  readonly client: string | undefined;
  readonly call: LiveCall | undefined;
  readonly instances: readonly Instance[];
  readonly isWaiting: boolean;
}

/** Waits for the first call and says when it came. */
export function FirstCall({ client, call, instances, isWaiting }: FirstCallProps) {
  const question = questionFor(instances);
  return (
    <Card className="flex flex-col gap-5 p-5 lg:sticky lg:top-20">
      <div className="rounded-xl border border-line bg-sunken px-2 py-6">
        <PatchDiagram
          client={client ?? 'Your client'}
          connected={call !== undefined}
          instances={instances}
        />
      </div>
      <div role="status" className="flex flex-col gap-1.5 text-sm">
        {call ? (
          <Connected call={call} />
        ) : (
          <Waiting isWaiting={isWaiting}>
            {question !== undefined && (
              <>
                Then ask it, for example:
                <span className="mt-1.5 block rounded-lg border border-line bg-raised px-3 py-2 text-ink">
                  “{question}”
                </span>
              </>
            )}
          </Waiting>
        )}
      </div>
      {call && <Next />}
    </Card>
  );
}

function Waiting({
  isWaiting,
  children,
}: {
  readonly isWaiting: boolean;
  readonly children: ReactNode;
}) {
  if (!isWaiting) {
    return (
      <>
        <p className="font-medium">Choose a client to begin</p>
        <p className="text-soft">Then copy what it needs. This page tells when it is connected.</p>
      </>
    );
  }
  return (
    <>
      <p className="flex items-center gap-2.5 font-medium">
        <span className="relative flex size-2.5" aria-hidden>
          <span className="absolute inline-flex size-full animate-ping rounded-full bg-accent opacity-60" />
          <span className="relative inline-flex size-2.5 rounded-full bg-accent" />
        </span>
        Waiting for the first call…
      </p>
      <p className="text-soft">{children}</p>
    </>
  );
}

function Connected({ call }: { readonly call: LiveCall }) {
  return (
    <>
      <p className="flex items-center gap-2 text-base font-semibold text-good">
        <PartyPopper className="size-5" aria-hidden />
        Connected
      </p>
      <p className="text-soft">
        <Untrusted className="font-medium text-ink">
          {call.agent?.name ?? 'An agent'}
        </Untrusted>{' '}
        used <Untrusted className="font-medium text-ink">{call.tool ?? call.method}</Untrusted>
        {call.instance && (
          <>
            {' on '}
            <Untrusted>{call.instance.slug}</Untrusted>
          </>
        )}{' '}
        {call.outcome === 'refused'
          ? 'and was refused: it has not been given that.'
          : `within ${formatDuration(call.durationMs)}.`}
      </p>
    </>
  );
}

function Next() {
  const may = useMay();
  return (
    <div className="flex flex-wrap gap-2">
      <ButtonLink to="/" variant="primary">
        Watch it live
      </ButtonLink>
      {may('instance.add') && <ButtonLink to="/marketplace">Add more servers</ButtonLink>}
    </div>
  );
}
