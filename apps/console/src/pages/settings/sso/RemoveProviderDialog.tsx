import type { SsoProviderView } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';

export interface RemoveProviderDialogProps {
  readonly provider: SsoProviderView;
  readonly onClose: () => void;
}

export function RemoveProviderDialog({ provider, onClose }: RemoveProviderDialogProps) {
  const client = useQueryClient();
  const title = visibleText(provider.title);
  return (
    <ConfirmDialog
      open
      onOpen={(open) => !open && onClose()}
      title={`Remove ${title}?`}
      action="Remove"
      typeName={provider.provider}
      onConfirm={async () => {
        await api.sso.remove({ provider: provider.provider });
        await client.invalidateQueries({ queryKey: orpc.sso.key() });
        tellDone(`${title} is removed`);
      }}
    >
      Sessions that it opened end, and its domains and its secret go. Members stay; they come in by
      another way, or not at all.
    </ConfirmDialog>
  );
}
