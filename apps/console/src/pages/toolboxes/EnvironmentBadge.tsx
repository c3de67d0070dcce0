import type { Toolbox } from '@plugboard/contracts/api';

import { Badge, type Tone } from '../../ui/Badge.tsx';

const tones: Readonly<Record<Toolbox['environment'], Tone>> = {
  dev: 'cyan',
  staging: 'violet',
  prod: 'warn',
};

/** What a toolbox is for. */
export function EnvironmentBadge({
  environment,
}: {
  readonly environment: Toolbox['environment'];
}) {
  return <Badge tone={tones[environment]}>{environment}</Badge>;
}
