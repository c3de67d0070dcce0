import type { Instance } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';

import { AppError } from '@plugboard/contracts';

import { api, orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { plural } from '../../ui/format.ts';
import { forEachInstance } from './use-instance-actions.ts';

export interface RemoveDialogProps {
  readonly instances: readonly Instance[];
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onRemoved?: () => void;
}

/** Removes instances, once their name, or how many there are, was typed. */
export function RemoveDialog({ instances, open, onOpen, onRemoved }: RemoveDialogProps) {
  const client = useQueryClient();
  const [only] = instances;
  const isOne = instances.length === 1 && only !== undefined;
  const what = isOne ? only.slug : plural(instances.length, 'instance');
  const remove = async () => {
    const failed = await forEachInstance(instances, api.instances.remove, () => undefined);
    onRemovedFrom(failed.length < instances.length);
    const [first] = failed;
    if (first) {
      throw new AppError(
        'conflict',
        `${plural(failed.length, 'instance')} could not be removed. ${first.slug}: ${first.message}`,
      );
    }
    tellDone(`Removed ${what}`);
    onRemoved?.();
  };
  const onRemovedFrom = (some: boolean) => {
    if (some) void client.invalidateQueries({ queryKey: orpc.instances.key() });
  };
  return (
    <ConfirmDialog
      open={open}
      onOpen={onOpen}
      title={`Remove ${what}?`}
      action="Remove"
      typeName={isOne ? only.slug : `remove ${instances.length}`}
      onConfirm={remove}
    >
      <p>
        {isOne ? 'It stops' : 'They stop'} at once. Folders, data, sealed secrets, configuration and
        history go with {isOne ? 'it' : 'them'}, and so do the grants of agents. This cannot be
        undone.
      </p>
      {!isOne && (
        <ul className="mt-3 max-h-40 overflow-y-auto rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-xs leading-5">
          {instances.map(({ id, slug }) => (
            <li key={id}>{slug}</li>
          ))}
        </ul>
      )}
    </ConfirmDialog>
  );
}
