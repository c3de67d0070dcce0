import type { KeyRotation } from '@plugboard/contracts/api';

import { Badge, type Tone } from '../../../ui/Badge.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';

const tones: Readonly<Record<KeyRotation['state'], Tone>> = {
  running: 'accent',
  succeeded: 'good',
  failed: 'bad',
};

const stateWords = { running: 'under way', succeeded: 'done', failed: 'failed' } as const;

/** Rotations of keys, newest first, each with how far it came. */
export function RotationList({ rotations }: { readonly rotations: readonly KeyRotation[] }) {
  if (rotations.length === 0) {
    return <p className="px-4 py-6 text-sm text-soft sm:px-5">No key was rotated yet.</p>;
  }
  return (
    <ul aria-label="Rotations" className="divide-y divide-line">
      {rotations.map((rotation) => (
        <Rotation key={rotation.id} rotation={rotation} />
      ))}
    </ul>
  );
}

function Rotation({ rotation }: { readonly rotation: KeyRotation }) {
  const { kind, state, done, total, note, startedAt } = rotation;
  const label = kind === 'master' ? 'Master key' : 'Owner keys';
  return (
    <li className="flex flex-col gap-1.5 px-4 py-3 text-sm sm:px-5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{label}</span>
        <Badge tone={tones[state]}>{stateWords[state]}</Badge>
        <span className="text-faint tabular-nums">
          {formatNumber(done)} of {formatNumber(total)}
        </span>
        <span className="text-faint">
          <RelativeTime at={startedAt} />
        </span>
      </p>
      {state === 'running' && (
        <progress
          aria-label={`${label}: sealed anew`}
          className="h-1.5 w-full max-w-sm accent-accent-fill"
          value={done}
          max={Math.max(total, 1)}
        />
      )}
      {note !== undefined && <Untrusted className="text-soft">{note}</Untrusted>}
    </li>
  );
}
