import type { ShownCredential } from '@plugboard/contracts/api';
import { useNavigate } from '@tanstack/react-router';
import { Pencil, RefreshCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../../ui/Button.tsx';
import { ChangeCredentialDialog } from './ChangeCredentialDialog.tsx';
import { DestroyCredentialDialog } from './DestroyCredentialDialog.tsx';
import { ReplaceCredentialDialog } from './ReplaceCredentialDialog.tsx';

export interface CredentialActionsProps {
  readonly credential: ShownCredential;
  readonly allowed: { readonly manage: boolean; readonly destroy: boolean };
}

/** What can be done to one credential. Connected accounts are renewed and removed as connections. */
export function CredentialActions({ credential, allowed }: CredentialActionsProps) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'change' | 'replace' | 'destroy'>();
  const isEntered = credential.kind !== 'oauth';
  const dialog = (name: 'change' | 'replace' | 'destroy') => ({
    credential,
    open: asking === name,
    onOpen: (open: boolean) => setAsking(open ? name : undefined),
  });
  return (
    <>
      {allowed.manage && (
        <Button
          icon={<Pencil className="size-4" aria-hidden />}
          onClick={() => setAsking('change')}
        >
          Change
        </Button>
      )}
      {allowed.destroy && isEntered && (
        <Button
          variant="danger"
          icon={<Trash2 className="size-4" aria-hidden />}
          onClick={() => setAsking('destroy')}
        >
          Destroy
        </Button>
      )}
      {allowed.manage && isEntered && (
        <Button
          variant="primary"
          icon={<RefreshCcw className="size-4" aria-hidden />}
          onClick={() => setAsking('replace')}
        >
          Replace
        </Button>
      )}
      <ChangeCredentialDialog {...dialog('change')} />
      <ReplaceCredentialDialog {...dialog('replace')} />
      <DestroyCredentialDialog
        {...dialog('destroy')}
        onDestroyed={() => void navigate({ to: '/credentials' })}
      />
    </>
  );
}
