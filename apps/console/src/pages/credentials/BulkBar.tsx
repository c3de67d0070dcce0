import type { BulkCredentialsInput, BulkOutcome, CredentialView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CalendarClock, FlaskConical, Tags, Trash2, X } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { Button } from '../../ui/Button.tsx';
import { plural } from '../../ui/format.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { undoOf } from './bulk-undo.ts';
import { BulkDestroyDialog } from './BulkDestroyDialog.tsx';
import { BulkExpiryDialog } from './BulkExpiryDialog.tsx';
import { BulkLabelDialog } from './BulkLabelDialog.tsx';
import { BulkOutcomesDialog } from './BulkOutcomesDialog.tsx';

export interface BulkBarProps {
  /** Those that are chosen. */
  readonly credentials: readonly CredentialView[];
  readonly onClear: () => void;
}

const doneWords = {
  label: 'Labels are set',
  expiry: 'Expiry is set',
  destroy: 'Destroyed',
  test: 'Tested',
} as const satisfies Record<BulkCredentialsInput['action'], string>;

/** What can be done to all that are chosen, at the window's lower edge. */
export function BulkBar({ credentials, onClear }: BulkBarProps) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<'label' | 'expiry' | 'destroy'>();
  const [outcomes, setOutcomes] = useState<readonly BulkOutcome[]>();
  const bulk = useMutation(
    orpc.credentials.bulk.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: orpc.credentials.key() }),
    }),
  );
  const refs = credentials.map(({ id }) => id);

  const run = async (input: BulkCredentialsInput) => {
    const { outcomes: told } = await bulk.mutateAsync(input);
    const undo = undoOf(input, credentials, told);
    if (input.action === 'test' || told.some(({ ok }) => !ok)) setOutcomes(told);
    else {
      tellDone(
        `${doneWords[input.action]}: ${plural(told.length, 'credential')}`,
        undo.length === 0
          ? undefined
          : () => void Promise.all(undo.map((each) => bulk.mutateAsync(each))),
      );
    }
    if (input.action === 'destroy' && told.every(({ ok }) => ok)) onClear();
  };
  const dialog = (name: 'label' | 'expiry' | 'destroy') => ({
    open: asking === name,
    onOpen: (open: boolean) => setAsking(open ? name : undefined),
    credentials,
  });

  return (
    <>
      <div
        role="toolbar"
        aria-label="What to do with the chosen credentials"
        className="glass-high fixed inset-x-3 bottom-20 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center gap-2 rounded-2xl px-4 py-2.5 md:bottom-6"
      >
        <span className="mr-2 text-sm font-medium tabular-nums" role="status">
          {credentials.length} chosen
        </span>
        <Button
          size="small"
          busy={bulk.isPending && bulk.variables.action === 'test'}
          icon={<FlaskConical className="size-4" aria-hidden />}
          onClick={() => void run({ action: 'test', credentials: refs }).catch(() => undefined)}
        >
          Test
        </Button>
        <Button
          size="small"
          icon={<Tags className="size-4" aria-hidden />}
          onClick={() => setAsking('label')}
        >
          Label
        </Button>
        <Button
          size="small"
          icon={<CalendarClock className="size-4" aria-hidden />}
          onClick={() => setAsking('expiry')}
        >
          Expiry
        </Button>
        <Button
          size="small"
          variant="danger"
          icon={<Trash2 className="size-4" aria-hidden />}
          onClick={() => setAsking('destroy')}
        >
          Destroy
        </Button>
        <IconButton
          size="icon-small"
          label="Choose none"
          icon={<X className="size-4" aria-hidden />}
          onClick={onClear}
        />
      </div>
      <BulkLabelDialog
        {...dialog('label')}
        onLabel={(add, remove) => run({ action: 'label', credentials: refs, add, remove })}
      />
      <BulkExpiryDialog
        {...dialog('expiry')}
        onExpiry={(expiresAt) => run({ action: 'expiry', credentials: refs, expiresAt })}
      />
      <BulkDestroyDialog
        {...dialog('destroy')}
        onDestroy={(force) => run({ action: 'destroy', credentials: refs, force })}
      />
      <BulkOutcomesDialog
        outcomes={outcomes}
        credentials={credentials}
        onClose={() => setOutcomes(undefined)}
      />
    </>
  );
}
