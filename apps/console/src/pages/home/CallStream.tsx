import type { LiveCall } from '@plugboard/contracts/api';
import { Pause, Play, Radio } from 'lucide-react';

import { useMay } from '../../shell/use-me.ts';
import { useLiveState } from '../../shell/live.tsx';
import { Button } from '../../ui/Button.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { plural } from '../../ui/format.ts';
import { TextLink } from '../../ui/TextLink.tsx';
import { usePhone } from '../../ui/use-media.ts';
import { CallRow } from './CallRow.tsx';
import { usePausable } from './use-pausable.ts';

/** Calls as they end, newest first. */
export function CallStream({ calls }: { readonly calls: readonly LiveCall[] }) {
  const may = useMay();
  const rows = usePhone() ? 8 : 14;
  const { shown, paused, held, waiting, toggle, still } = usePausable(calls, ({ seq }) => seq);
  return (
    <div className="border-line not-first:mt-3 not-first:border-t">
      <header className="flex min-h-12 items-center gap-3 px-4 sm:px-5">
        <h3 className="text-sm font-semibold">Right now</h3>
        <LiveDot paused={paused} />
        <span role="status" className="flex-1 text-xs text-soft">
          {paused && waiting > 0 && plural(waiting, 'new call')}
        </span>
        {calls.length > 0 && (
          <Button
            size="small"
            variant="quiet"
            aria-pressed={held}
            onClick={toggle}
            icon={
              held ? (
                <Play className="size-4" aria-hidden />
              ) : (
                <Pause className="size-4" aria-hidden />
              )
            }
          >
            {held ? 'Go on' : 'Pause'}
          </Button>
        )}
      </header>
      {shown.length === 0 ? (
        <Quiet />
      ) : (
        <ol aria-label="Latest calls" className="border-t border-line" {...still}>
          {shown.slice(0, rows).map((call) => (
            <CallRow key={call.seq} call={call} linked={may('audit.read')} />
          ))}
        </ol>
      )}
      {may('audit.read') && shown.length > 0 && (
        <p className="border-t border-line px-4 py-2.5 text-sm sm:px-5">
          <TextLink to="/audit" search={{ kind: 'call.outcome' }}>
            All calls in the audit log
          </TextLink>
        </p>
      )}
    </div>
  );
}

function LiveDot({ paused }: { readonly paused: boolean }) {
  const state = useLiveState();
  const isLive = state === 'live' && !paused;
  const words = paused ? 'paused' : state === 'live' ? 'live' : 'connecting';
  return (
    <span className="flex items-center gap-1.5 text-xs text-soft">
      <span className="relative flex size-2" aria-hidden>
        {isLive && (
          <span className="absolute inline-flex size-full animate-ping rounded-full bg-good opacity-60" />
        )}
        <span
          className={`relative inline-flex size-2 rounded-full ${isLive ? 'bg-good' : 'bg-line-strong'}`}
        />
      </span>
      {words}
    </span>
  );
}

function Quiet() {
  const may = useMay();
  return (
    <div className="flex flex-col items-center gap-2 border-t border-line px-6 py-10 text-center">
      <Radio className="size-6 text-faint" aria-hidden />
      <p className="text-sm font-medium">Listening for calls</p>
      <p className="max-w-prose text-sm text-soft">
        Each call of an agent shows here as it ends: who, which tool, how it went, how long it took.
      </p>
      {may('call.create') && (
        <ButtonLink to="/playground" size="small">
          Make a call in the playground
        </ButtonLink>
      )}
    </div>
  );
}
