import { CircleAlert, CircleCheck, CirclePause, LoaderCircle, Moon } from 'lucide-react';

import { Badge, type Tone } from './Badge.tsx';

export type InstanceStateName = 'stopped' | 'starting' | 'ready' | 'sleeping' | 'failing';

const looks = {
  ready: { tone: 'good', icon: CircleCheck, about: 'Running' },
  starting: { tone: 'accent', icon: LoaderCircle, about: 'Starting now' },
  sleeping: { tone: 'neutral', icon: Moon, about: 'Asleep; the next call wakes it' },
  failing: { tone: 'bad', icon: CircleAlert, about: 'It does not start or stay' },
  stopped: { tone: 'neutral', icon: CirclePause, about: 'Not running' },
} as const satisfies Record<InstanceStateName, { tone: Tone; icon: unknown; about: string }>;

/** How an instance is, in a word with its icon. */
export function StateBadge({ state }: { readonly state: InstanceStateName }) {
  const { tone, icon: Icon, about } = looks[state];
  return (
    <Badge
      tone={tone}
      title={about}
      icon={
        <Icon className={state === 'starting' ? 'size-3 animate-spin' : 'size-3'} aria-hidden />
      }
    >
      {state}
    </Badge>
  );
}
