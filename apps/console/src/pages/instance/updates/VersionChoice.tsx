import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';

import { Badge } from '../../../ui/Badge.tsx';
import { Field } from '../../../ui/Field.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { Select } from '../../../ui/Select.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import type { Candidate } from './candidates.ts';

export interface VersionChoiceProps {
  readonly candidates: readonly Candidate[];
  /** Versions that are not worth updating to, but can be had. */
  readonly others: readonly { readonly version: string }[];
  readonly value: string;
  readonly onValue: (version: string) => void;
}

const most = 100;

/** One of the newer versions, or any other. */
export function VersionChoice({ candidates, others, value, onValue }: VersionChoiceProps) {
  const isOther = others.some(({ version }) => version === value);
  return (
    <div className="flex flex-col gap-3">
      <RadioGroup
        aria-label="Version to update to"
        value={value}
        onValueChange={onValue}
        className="flex flex-col gap-2"
      >
        {candidates.map(({ version, words, publishedAt, deprecated, unfitEngine }) => (
          <label
            key={version}
            className="flex cursor-pointer items-start gap-3 rounded-lg border border-line px-3 py-2.5 text-sm hover:bg-hover has-[[data-checked]]:border-accent has-[[data-checked]]:bg-accent-soft"
          >
            <Radio.Root
              value={version}
              className="mt-1 grid size-4 shrink-0 place-items-center rounded-full border border-line-strong bg-raised data-[checked]:border-accent-fill"
            >
              <Radio.Indicator className="size-2 rounded-full bg-accent-fill" />
            </Radio.Root>
            <span className="min-w-0 flex-1">
              <span className="flex flex-wrap items-center gap-1.5">
                <bdi className="font-semibold tabular-nums">{visibleText(version)}</bdi>
                {words.map((word) => (
                  <Badge
                    key={word}
                    tone={word === 'compatible' ? 'good' : word === 'major' ? 'warn' : 'neutral'}
                  >
                    {word}
                  </Badge>
                ))}
              </span>
              {publishedAt !== undefined && (
                <span className="block text-xs text-faint">
                  published <RelativeTime at={publishedAt} />
                </span>
              )}
              {deprecated !== undefined && (
                <bdi className="block text-xs text-warn">{visibleText(deprecated)}</bdi>
              )}
              {unfitEngine !== undefined && (
                <span className="block text-xs text-warn">
                  asks for Node {visibleText(unfitEngine)}
                </span>
              )}
            </span>
          </label>
        ))}
      </RadioGroup>
      {others.length > 0 && (
        <Field label="Another version">
          <Select
            value={isOther ? value : ''}
            onValue={(version) => version !== '' && onValue(version)}
            options={[
              { value: '', label: 'Choose' },
              ...others
                .slice(0, most)
                .map(({ version }) => ({ value: version, label: visibleText(version) })),
            ]}
          />
        </Field>
      )}
    </div>
  );
}
