import type { ProviderView } from '@plugboard/contracts/api';

import { Badge, type Tone } from '../../ui/Badge.tsx';
import { CheckboxField } from '../../ui/CheckboxField.tsx';
import { changedSelection } from '../../ui/selection.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';

type Scope = ProviderView['scopes'][number];

export interface ScopeChoiceProps {
  readonly provider: ProviderView;
  readonly chosen: ReadonlySet<string>;
  readonly onChosen: (scopes: ReadonlySet<string>) => void;
  /** What was granted already, and is not asked for. */
  readonly held?: readonly string[];
}

const risks = {
  read: { tone: 'neutral', word: 'reads' },
  write: { tone: 'accent', word: 'changes' },
  admin: { tone: 'warn', word: 'administers' },
} as const satisfies Record<Scope['risk'], { tone: Tone; word: string }>;

/** What is asked for there, in words, with what it could do at worst. */
export function ScopeChoice({ provider, chosen, onChosen, held = [] }: ScopeChoiceProps) {
  const scopes = provider.scopes.filter(({ name }) => !held.includes(name));
  if (scopes.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">Permissions to ask for</legend>
      <div className="flex max-h-60 flex-col gap-2.5 overflow-y-auto rounded-xl border border-line px-3 py-2.5">
        {scopes.map(({ name, about, risk }) => (
          <CheckboxField
            key={name}
            checked={chosen.has(name)}
            onChecked={(checked) => onChosen(changedSelection(chosen, name, checked))}
            label={
              <span className="flex flex-wrap items-center gap-2">
                {about === '' ? <Untrusted>{name}</Untrusted> : <Untrusted>{about}</Untrusted>}
                <Badge tone={risks[risk].tone}>{risks[risk].word}</Badge>
              </span>
            }
            about={<code className="break-all">{name}</code>}
          />
        ))}
      </div>
    </fieldset>
  );
}
