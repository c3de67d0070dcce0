import { useQueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { plural } from '../../../ui/format.ts';
import { visibleText } from '../../../ui/Untrusted.tsx';
import type { SourceDialogProps } from './SyncReportDialog.tsx';

export function RemoveSourceDialog({ source, onClose }: SourceDialogProps) {
  const client = useQueryClient();
  return (
    <ConfirmDialog
      open
      onOpen={(open) => !open && onClose()}
      title={`Remove ${visibleText(source.title)}?`}
      action="Remove"
      onConfirm={async () => {
        await api.sources.remove({ source: source.id });
        void client.invalidateQueries({ queryKey: orpc.sources.key() });
        void client.invalidateQueries({ queryKey: orpc.catalog.key() });
        tellDone(`${visibleText(source.title)} is removed`);
      }}
    >
      What it told of {plural(source.servers, 'server')} leaves the marketplace. Instances that were
      installed stay as they are. {source.hasToken && 'Its token is destroyed. '}You can add it
      again.
    </ConfirmDialog>
  );
}
