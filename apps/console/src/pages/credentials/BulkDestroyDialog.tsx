import type { CredentialView } from '@plugboard/contracts/api';
import { useState } from 'react';

import { CheckboxField } from '../../ui/CheckboxField.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { plural } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface BulkDestroyDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly credentials: readonly CredentialView[];
  readonly onDestroy: (force: boolean) => Promise<void>;
}

/** Destroys many credentials, after it was said twice. */
export function BulkDestroyDialog({
  open,
  onOpen,
  credentials,
  onDestroy,
}: BulkDestroyDialogProps) {
  const [force, setForce] = useState(false);
  const used = credentials.filter(({ uses }) => uses > 0);
  return (
    <ConfirmDialog
      open={open}
      onOpen={(next) => {
        setForce(false);
        onOpen(next);
      }}
      title={`Destroy ${plural(credentials.length, 'credential')}?`}
      action="Destroy"
      typeName={`destroy ${credentials.length}`}
      onConfirm={() => onDestroy(force)}
    >
      <div className="flex flex-col gap-3">
        <p>Their keys are destroyed with them: no copy can ever be opened again.</p>
        <ul className="max-h-40 list-disc overflow-y-auto pl-5" tabIndex={0}>
          {credentials.map(({ id, name, uses }) => (
            <li key={id}>
              <Untrusted>{name}</Untrusted>
              {uses > 0 && <span className="text-warn"> fills {plural(uses, 'slot')}</span>}
            </li>
          ))}
        </ul>
        {used.length > 0 && (
          <CheckboxField
            label={`Also destroy ${plural(used.length, 'that fills slots', 'that fill slots')}. Servers that need them stop working. Otherwise these are left.`}
            checked={force}
            onChecked={setForce}
          />
        )}
      </div>
    </ConfirmDialog>
  );
}
