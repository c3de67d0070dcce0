import type { CredentialView } from '@plugboard/contracts/api';
import { useState } from 'react';

import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { plural } from '../../ui/format.ts';
import { ExpiryField } from './ExpiryField.tsx';
import { endOfDay } from './read-secret-form.ts';

export interface BulkExpiryDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly credentials: readonly CredentialView[];
  readonly onExpiry: (expiresAt: string | null) => Promise<void>;
}

/** Says when many credentials expire. */
export function BulkExpiryDialog({ open, onOpen, credentials, onExpiry }: BulkExpiryDialogProps) {
  const [day, setDay] = useState('');
  return (
    <ConfirmDialog
      open={open}
      onOpen={onOpen}
      title={`When do ${plural(credentials.length, 'credential')} expire?`}
      action="Set expiry"
      danger={false}
      onConfirm={() => onExpiry(day === '' ? null : endOfDay(day))}
    >
      <ExpiryField value={day} onValue={setDay} />
    </ConfirmDialog>
  );
}
