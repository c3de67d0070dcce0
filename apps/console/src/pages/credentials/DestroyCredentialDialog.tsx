import type { ShownCredential } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { CheckboxField } from '../../ui/CheckboxField.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { plural } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface DestroyCredentialDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly credential: ShownCredential;
  readonly onDestroyed: () => void;
}

/** Destroys one credential: its name is typed, and what it fills is named. */
export function DestroyCredentialDialog({
  open,
  onOpen,
  credential: { id, name, bindings },
  onDestroyed,
}: DestroyCredentialDialogProps) {
  const client = useQueryClient();
  const [force, setForce] = useState(false);
  return (
    <ConfirmDialog
      open={open}
      onOpen={(next) => {
        setForce(false);
        onOpen(next);
      }}
      title={`Destroy ${name}?`}
      action="Destroy"
      typeName={name}
      onConfirm={async () => {
        await api.credentials.destroy({ credential: id, force });
        onDestroyed();
        tellDone(`${name} is destroyed`);
        client.removeQueries({
          queryKey: orpc.credentials.get.key({ input: { credential: id } }),
        });
        void client.invalidateQueries({ queryKey: orpc.credentials.list.key() });
      }}
    >
      <div className="flex flex-col gap-3">
        <p>
          Its key is destroyed with it, so that no copy of it can be opened again, from a backup
          neither. At the service it stays good until you end it there.
        </p>
        {bindings.length > 0 && (
          <>
            <p className="text-ink">It fills {plural(bindings.length, 'slot')}:</p>
            <ul className="max-h-40 list-disc overflow-y-auto pl-5" tabIndex={0}>
              {bindings.map(({ instance, slot, for: whose }) => (
                <li key={`${instance.id} ${slot} ${whose.kind} ${whose.id ?? ''}`}>
                  <Untrusted>{instance.slug}</Untrusted>: <code>{slot}</code>
                  {whose.kind !== 'organization' && (
                    <>
                      {' for '}
                      <Untrusted>{whose.name}</Untrusted>
                    </>
                  )}
                </li>
              ))}
            </ul>
            <CheckboxField
              label="Empty these slots. Servers that need them stop working."
              checked={force}
              onChecked={setForce}
            />
          </>
        )}
      </div>
    </ConfirmDialog>
  );
}
