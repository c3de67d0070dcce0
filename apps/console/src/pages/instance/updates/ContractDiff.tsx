import type { ContractDiffView } from '@plugboard/contracts/api';
import { ArrowRight } from 'lucide-react';

import { Badge, type Tone } from '../../../ui/Badge.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { LevelBadge } from '../../../ui/LevelBadge.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';

type Change = ContractDiffView['changes'][number];

const classes: Readonly<Record<Change['class'], readonly [string, Tone]>> = {
  breaking: ['breaking', 'bad'],
  compatible: ['compatible', 'good'],
  description: ['words only', 'neutral'],
};
const most = 100;

/** How what is offered would differ: what breaks first. */
export function ContractDiff({ contract }: { readonly contract: ContractDiffView }) {
  const { changes, unchanged } = contract;
  return (
    <ul
      aria-label="What changes"
      className="divide-y divide-line rounded-lg border border-line text-sm"
    >
      {changes.slice(0, most).map((change) => (
        <ChangeRow key={`${change.kind} ${change.name}`} change={change} />
      ))}
      {changes.length > most && (
        <li className="px-3 py-2 text-faint">And {formatNumber(changes.length - most)} more</li>
      )}
      {unchanged > 0 && (
        <li className="px-3 py-2 text-faint">{formatNumber(unchanged)} stay as they are</li>
      )}
    </ul>
  );
}

function ChangeRow({ change }: { readonly change: Change }) {
  const [word, tone] = classes[change.class];
  const { levelBefore, levelAfter } = change;
  return (
    <li className="flex flex-col gap-1 px-3 py-2">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={tone}>{word}</Badge>
        <bdi className="font-mono text-xs font-medium break-all">{visibleText(change.name)}</bdi>
        <span className="text-xs text-faint">
          {change.kind !== 'tool' && `${change.kind.replace('_', ' ')} `}
          {change.change}
          {change.renamed !== undefined &&
            (change.change === 'removed' ? ', now likely ' : ', before likely ')}
          {change.renamed !== undefined && (
            <bdi className="font-mono">{visibleText(change.renamed)}</bdi>
          )}
        </span>
        {levelBefore !== undefined && levelAfter !== undefined && levelBefore !== levelAfter && (
          <span className="inline-flex items-center gap-1">
            <LevelBadge level={levelBefore} />
            <ArrowRight className="size-3 text-faint" aria-label="to" />
            <LevelBadge level={levelAfter} />
          </span>
        )}
      </span>
      {change.reasons.length > 0 && (
        <ul className="list-disc pl-5 text-xs text-soft">
          {change.reasons.map(({ path, text }) => (
            <li key={`${path} ${text}`}>
              {path !== '' && <bdi className="mr-1.5 font-mono break-all">{visibleText(path)}</bdi>}
              <bdi>{visibleText(text)}</bdi>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
