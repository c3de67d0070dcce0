import type { Toolbox } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

export interface DeleteToolboxDialogProps {
  readonly toolbox: Toolbox;
  readonly onClose: () => void;
}

/** Deletes a toolbox that is empty. */
export function DeleteToolboxDialog({ toolbox, onClose }: DeleteToolboxDialogProps) {
  const client = useQueryClient();
  return (
    <ConfirmDialog
      open
      onOpen={onClose}
      title={`Delete the toolbox ${toolbox.slug}?`}
      action="Delete"
      onConfirm={async () => {
        await api.toolboxes.delete({ toolbox: toolbox.id });
        void client.invalidateQueries({ queryKey: orpc.toolboxes.key() });
        void client.invalidateQueries({ queryKey: orpc.access.key() });
        tellDone(`Deleted ${toolbox.slug}`);
      }}
    >
      It is empty. The grants of agents on it go with it, and its endpoint answers no more.
    </ConfirmDialog>
  );
}
