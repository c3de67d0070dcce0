import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { serviceOf } from './connection-words.ts';
import { ConnectionDetails } from './ConnectionDetails.tsx';

export interface ConnectionSheetProps {
  /** The id of the one that is shown. */
  readonly connection: string | undefined;
  readonly onClose: () => void;
}

/** One connection, beside the list. */
export function ConnectionSheet({ connection, onClose }: ConnectionSheetProps) {
  const shown = useQuery({
    ...orpc.connections.get.queryOptions({ input: { connection: connection ?? '-' } }),
    enabled: connection !== undefined,
  });
  const { data } = shown;
  return (
    <Dialog
      kind="side"
      open={connection !== undefined}
      onOpen={(open) => !open && onClose()}
      title={data ? <Untrusted>{data.name}</Untrusted> : 'Connection'}
      about={data && <Untrusted>{serviceOf(data)}</Untrusted>}
    >
      {shown.isPending && <SkeletonRows />}
      {shown.isError && <ErrorState error={shown.error} onRetry={() => void shown.refetch()} />}
      {data && <ConnectionDetails connection={data} onRemoved={onClose} />}
    </Dialog>
  );
}
