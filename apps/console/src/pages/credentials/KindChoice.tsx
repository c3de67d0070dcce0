import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { useId } from 'react';

import { type EnteredKind, enteredKinds, kindWords } from './credential-words.ts';
import { KindIcon } from './KindIcon.tsx';

const about: Readonly<Record<EnteredKind, string>> = {
  api_key: 'One key or token',
  database: 'Its parts, or a connection string',
  service_account: 'The JSON key file of a cloud',
  basic: 'For HTTP or anything else',
  custom: 'Several secrets, named by you',
};

export interface KindChoiceProps {
  readonly value: EnteredKind;
  readonly onValue: (kind: EnteredKind) => void;
}

/** What kind of secret it is. */
export function KindChoice({ value, onValue }: KindChoiceProps) {
  const labelId = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <span id={labelId} className="text-sm font-medium">
        Kind
      </span>
      <RadioGroup
        aria-labelledby={labelId}
        value={value}
        onValueChange={(kind: EnteredKind) => onValue(kind)}
        className="grid grid-cols-1 gap-2 sm:grid-cols-2"
      >
        {enteredKinds.map((kind) => (
          <Radio.Root
            key={kind}
            value={kind}
            className="flex cursor-pointer items-center gap-3 rounded-xl border border-line bg-raised px-3 py-2 text-left hover:border-line-strong data-[checked]:border-accent data-[checked]:bg-accent-soft"
          >
            <KindIcon kind={kind} />
            <span className="flex min-w-0 flex-col text-sm leading-5">
              <span className="font-medium">{kindWords[kind]}</span>
              <span className="text-xs text-soft">{about[kind]}</span>
            </span>
          </Radio.Root>
        ))}
      </RadioGroup>
    </div>
  );
}
