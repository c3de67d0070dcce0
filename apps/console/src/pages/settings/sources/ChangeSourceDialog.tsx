import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { type SourceDraft, SourceFields, sourceInputOf } from './SourceFields.tsx';
import type { SourceDialogProps } from './SyncReportDialog.tsx';

export function ChangeSourceDialog({ source, onClose }: SourceDialogProps) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<SourceDraft>({
    title: source.title,
    location: source.location ?? '',
    audience: source.audience,
    priority: String(source.priority),
    every: source.everyMs === null ? '' : String(source.everyMs),
    token: '',
    allowPrivateNetwork: source.allowPrivateNetwork,
  });
  const change = useMutation({
    mutationFn: () => {
      const { location, allowPrivateNetwork, ...rest } = sourceInputOf(draft);
      // The one that comes with Plugboard has no place.
      const place = source.kind === 'bundled' ? {} : { location, allowPrivateNetwork };
      return api.sources.change({ source: source.id, ...rest, ...place });
    },
    onSuccess() {
      tellDone('Changed');
      onClose();
    },
    onError: () => undefined,
    onSettled: () => client.invalidateQueries({ queryKey: orpc.sources.key() }),
    gcTime: 0,
  });
  const errors = fieldErrors(change.error);
  return (
    <FormDialog
      title={`Change ${visibleText(source.title)}`}
      action="Change"
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <SourceFields
        kind={source.kind}
        draft={draft}
        onDraft={(part) => setDraft((before) => ({ ...before, ...part }))}
        errors={errors}
        hasToken={source.hasToken}
      />
    </FormDialog>
  );
}
