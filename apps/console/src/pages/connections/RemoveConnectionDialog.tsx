import type { ConnectionView } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../api/client.ts';
import { tellDone, toasts } from '../../shell/toast-manager.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { plural } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { serviceOf } from './connection-words.ts';

export interface RemoveConnectionDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly connection: ConnectionView;
  readonly onRemoved: () => void;
}

/** Removes a connection, and tells what revoking it at the service came to. */
export function RemoveConnectionDialog({
  open,
  onOpen,
  connection,
  onRemoved,
}: RemoveConnectionDialogProps) {
  const client = useQueryClient();
  const { id, name, instances } = connection;
  return (
    <ConfirmDialog
      open={open}
      onOpen={onOpen}
      title={`Remove ${name}?`}
      action="Remove"
      typeName={name}
      onConfirm={async () => {
        const { revoked, message } = await api.connections.remove({ connection: id });
        onRemoved();
        void client.invalidateQueries({ queryKey: orpc.connections.key() });
        void client.invalidateQueries({ queryKey: orpc.credentials.key() });
        if (revoked === 'revoked') tellDone(`${name} is removed, and revoked at the service`);
        else {
          // What is left to do by hand stays until it is put away.
          toasts.add({
            title: `${name} is removed here. ${message ?? ''}`,
            type: revoked === 'failed' ? 'failed' : 'done',
            priority: 'high',
            timeout: 0,
          });
        }
      }}
    >
      <div className="flex flex-col gap-3">
        <p>
          Its tokens are revoked at <Untrusted>{serviceOf(connection)}</Untrusted> as far as that
          takes it, and destroyed here in any case.
        </p>
        {instances.length > 0 && (
          <>
            <p className="text-ink">
              {plural(instances.length, 'slot')} become empty, and servers that need them stop
              working:
            </p>
            <ul className="max-h-40 list-disc overflow-y-auto pl-5" tabIndex={0}>
              {instances.map((instance) => (
                <li key={`${instance.id} ${instance.slot}`}>
                  <Untrusted>{instance.slug}</Untrusted>: <code>{instance.slot}</code>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </ConfirmDialog>
  );
}
