import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Button } from '../../../ui/Button.tsx';
import { ButtonLink } from '../../../ui/ButtonLink.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState, Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { Select } from '../../../ui/Select.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import type { SlotView } from './CredentialSlot.tsx';

export interface FillSlotDialogProps {
  readonly instanceId: string;
  readonly slot: SlotView;
  readonly onClose: () => void;
}

/** Chooses the credential that fills a slot; it is for whom the credential is. */
export function FillSlotDialog({ instanceId, slot, onClose }: FillSlotDialogProps) {
  const client = useQueryClient();
  const query = useQuery(orpc.credentials.list.queryOptions({ input: {} }));
  const [chosen, setChosen] = useState('');
  const put = useMutation(
    orpc.credentials.bindings.put.mutationOptions({
      onError: () => undefined,
      onSuccess(binding) {
        void client.invalidateQueries({ queryKey: orpc.credentials.key() });
        tellDone(`${binding.credential.name} fills ${binding.slot}`);
        onClose();
      },
    }),
  );
  const credentials = query.data?.credentials ?? [];
  const value = chosen === '' ? (credentials[0]?.id ?? '') : chosen;
  return (
    <Dialog
      open
      onOpen={onClose}
      width="small"
      title={`Fill ${slot.slot}`}
      about="What runs with it starts anew at once."
      footer={
        credentials.length > 0 && (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              variant="primary"
              busy={put.isPending}
              onClick={() =>
                put.mutate({ instance: instanceId, slot: slot.slot, credential: value })
              }
            >
              Fill
            </Button>
          </>
        )
      }
    >
      {query.isPending && <Skeleton className="h-16" />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && credentials.length === 0 && (
        <EmptyState
          title="There is no credential yet"
          action={
            <ButtonLink to="/credentials" search={{ new: true }} variant="primary">
              Add a credential
            </ButtonLink>
          }
        >
          Put it in the vault once; it can then fill slots of many instances.
        </EmptyState>
      )}
      {credentials.length > 0 && (
        <div className="flex flex-col gap-4">
          <Field label="Credential">
            <Select
              value={value}
              onValue={setChosen}
              options={credentials.map(({ id, name, owner, provider, kind }) => ({
                value: id,
                label: visibleText(name),
                about: `${provider ?? kind.replaceAll('_', ' ')} · ${owner.kind === 'organization' ? 'for everybody' : `of ${visibleText(owner.name)}`}`,
              }))}
            />
          </Field>
          <Problem error={put.error} />
        </div>
      )}
    </Dialog>
  );
}
