import type { BulkOutcome, CredentialView } from '@plugboard/contracts/api';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface BulkOutcomesDialogProps {
  readonly outcomes: readonly BulkOutcome[] | undefined;
  readonly credentials: readonly CredentialView[];
  readonly onClose: () => void;
}

/** What it came to for each of many. */
export function BulkOutcomesDialog({ outcomes, credentials, onClose }: BulkOutcomesDialogProps) {
  // What was destroyed is in no list any more, and still has to be named.
  const [names] = useState(() => new Map<string, string>());
  credentials.forEach(({ id, name }) => names.set(id, name));
  const good = outcomes?.filter(({ ok }) => ok).length ?? 0;
  return (
    <Dialog
      open={outcomes !== undefined}
      onOpen={(open) => !open && onClose()}
      title="What it came to"
      about={`${good} of ${outcomes?.length ?? 0} went well.`}
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <ul className="flex flex-col divide-y divide-line text-sm">
        {outcomes?.map(({ credential, ok, message }) => (
          <li key={credential} className="flex items-start gap-3 py-2">
            {ok ? (
              <CircleCheck className="mt-1 size-4 shrink-0 text-good" aria-label="Done" />
            ) : (
              <CircleAlert className="mt-1 size-4 shrink-0 text-bad" aria-label="Not done" />
            )}
            <span className="min-w-0">
              <Untrusted className="font-medium">{names.get(credential) ?? credential}</Untrusted>
              <bdi className="block text-soft">{message}</bdi>
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
