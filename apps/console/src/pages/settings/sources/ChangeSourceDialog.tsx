import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors, readError } from '../../../api/errors.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { type SourceDraft, SourceFields, sourceInputOf } from './SourceFields.tsx';
import type { SourceDialogProps } from './SyncReportDialog.tsx';

export function ChangeSourceDialog({ source, onClose }: SourceDialogProps) {
  const form = useId();
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
  const errors = change.error === null ? {} : fieldErrors(readError(change.error));
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={`Change ${visibleText(source.title)}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={change.isPending}>
            Change
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!change.isPending) change.mutate();
        }}
      >
        <SourceFields
          kind={source.kind}
          draft={draft}
          onDraft={(part) => setDraft((before) => ({ ...before, ...part }))}
          errors={errors}
          hasToken={source.hasToken}
        />
        <Problem error={change.error} />
      </form>
    </Dialog>
  );
}
