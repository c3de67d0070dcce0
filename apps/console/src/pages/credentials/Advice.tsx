import type { StoredCredential } from '@plugboard/contracts/api';
import { Lightbulb, X } from 'lucide-react';

import { IconButton } from '../../ui/IconButton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface AdviceProps {
  readonly stored: StoredCredential;
  readonly onClose: () => void;
}

/** What the server found worth knowing of what was just sealed. */
export function Advice({ stored, onClose }: AdviceProps) {
  return (
    <div
      role="status"
      className="flex items-start gap-3 rounded-card border border-warn/40 bg-warn-soft px-4 py-3 text-sm"
    >
      <Lightbulb className="mt-0.5 size-5 shrink-0 text-warn" aria-hidden />
      <div className="min-w-0 flex-1">
        <p>
          <TextLink
            to="/credentials/$credential"
            params={{ credential: stored.id }}
            className="font-medium text-ink underline"
          >
            <Untrusted>{stored.name}</Untrusted>
          </TextLink>{' '}
          is sealed. Worth knowing:
        </p>
        <ul className="list-disc pl-5 text-soft">
          {stored.advice.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
      <IconButton
        size="icon-small"
        label="Put the advice away"
        icon={<X className="size-4" aria-hidden />}
        onClick={onClose}
      />
    </div>
  );
}
