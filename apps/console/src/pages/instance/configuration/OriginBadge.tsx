import type { ConfigurationOrigin } from '@plugboard/contracts/api';

import { Badge, type Tone } from '../../../ui/Badge.tsx';

const looks: Readonly<Record<ConfigurationOrigin, readonly [string, Tone]>> = {
  plugboard: ['Plugboard', 'neutral'],
  catalog: ['catalog', 'neutral'],
  preset: ['preset', 'cyan'],
  template: ['template', 'violet'],
  'layer:dev': ['dev layer', 'accent'],
  'layer:staging': ['staging layer', 'accent'],
  'layer:prod': ['prod layer', 'accent'],
  own: ['own', 'good'],
};

/** Where a setting comes from. */
export function OriginBadge({ origin }: { readonly origin: ConfigurationOrigin }) {
  const [word, tone] = looks[origin];
  return <Badge tone={tone}>{word}</Badge>;
}
