import type { Need } from '@plugboard/contracts/api';
import { useRouter } from '@tanstack/react-router';

import { Button } from '../../ui/Button.tsx';
import { ButtonAnchor } from '../../ui/ButtonLink.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import type { NeedAction } from './need-action.ts';
import { needIcons, severityLooks } from './need-looks.ts';

interface NeedItemProps {
  readonly need: Need;
  readonly action: NeedAction | undefined;
  readonly error: unknown;
  readonly onRun: (run: () => Promise<string | undefined>) => void;
}

/** One thing to decide. */
export function NeedItem({ need, action, error, onRun }: NeedItemProps) {
  const Icon = needIcons[need.kind];
  const { words, tile } = severityLooks[need.severity];
  return (
    <li className="flex gap-3 border-b border-line px-4 py-3 text-sm last:border-0 sm:px-5">
      <span
        title={words}
        className={`mt-0.5 grid size-8 shrink-0 place-items-center rounded-lg ${tile}`}
      >
        <Icon className="size-4.5" aria-hidden />
        <span className="sr-only">{words}</span>
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
          <div className="min-w-0 flex-1 basis-40">
            <p className="font-medium">
              <Untrusted>{need.title}</Untrusted>
            </p>
            <p className="line-clamp-3 text-soft">
              <Untrusted>{need.detail}</Untrusted>
            </p>
            {need.since !== undefined && (
              <p className="text-xs text-faint">
                <RelativeTime at={need.since} />
              </p>
            )}
          </div>
          {action && (
            <Act
              action={action}
              about={need.title}
              urgent={need.severity === 'high'}
              onRun={onRun}
            />
          )}
        </div>
        <Problem error={error} />
      </div>
    </li>
  );
}

interface ActProps {
  readonly action: NeedAction;
  readonly about: string;
  readonly urgent: boolean;
  readonly onRun: NeedItemProps['onRun'];
}

function Act({ action, about, urgent, onRun }: ActProps) {
  const router = useRouter();
  const { label, run, href } = action;
  const look = {
    size: 'small' as const,
    variant: urgent ? ('primary' as const) : ('secondary' as const),
    'aria-label': `${label}: ${about}`,
  };
  if (run) {
    return (
      <Button {...look} onClick={() => onRun(run)}>
        {label}
      </Button>
    );
  }
  return (
    <ButtonAnchor
      {...look}
      href={href}
      onClick={(event) => {
        // Pages of the server are not the console's: the browser goes there itself.
        if (event.metaKey || event.ctrlKey || event.shiftKey || isServers(href)) return;
        event.preventDefault();
        router.history.push(href ?? '/');
      }}
    >
      {label}
    </ButtonAnchor>
  );
}

function isServers(href: string | undefined): boolean {
  return /^\/(?:api|connect|account|sign-in)(?:\/|\?|$)/.test(href ?? '');
}
