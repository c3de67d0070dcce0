import type { Instance } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, LoaderCircle } from 'lucide-react';

import { api } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { formatDuration, plural } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface TestDialogProps {
  readonly instance: Instance;
  readonly onClose: () => void;
}

/** Starts the instance if it sleeps, asks it something, and shows what it answers. */
export function TestDialog({ instance, onClose }: TestDialogProps) {
  const test = useQuery({
    queryKey: ['test-of-instance', instance.id],
    queryFn: ({ signal }) => api.instances.test({ instance: instance.id }, { signal }),
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  const { data } = test;
  return (
    <Dialog
      open
      onOpen={onClose}
      width="small"
      title={`Test ${instance.slug}`}
      footer={
        <>
          <Button busy={test.isFetching} onClick={() => void test.refetch()}>
            Test again
          </Button>
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <div role="status" className="flex flex-col gap-4 text-sm">
        {test.isPending && (
          <p className="flex items-center gap-2 text-soft">
            <LoaderCircle className="size-4 animate-spin text-accent" aria-hidden />
            Starting it if it sleeps, and asking it something
          </p>
        )}
        {!test.isFetching && <Problem error={test.error} />}
        {data !== undefined && !test.isError && (
          <>
            <p className="flex items-center gap-2 font-medium text-good">
              <CircleCheck className="size-4" aria-hidden /> It answers
            </p>
            <Facts
              rows={[
                ['Ready after', formatDuration(data.startMs)],
                ['Round trip', formatDuration(data.pingMs)],
                ['Protocol', `${data.protocolVersion} (${data.era})`],
                [
                  'Calls itself',
                  data.serverInfo && (
                    <Untrusted>{`${data.serverInfo.name} ${data.serverInfo.version}`}</Untrusted>
                  ),
                ],
                [
                  'Offers',
                  [
                    plural(data.offers.tools, 'tool'),
                    plural(data.offers.prompts, 'prompt'),
                    plural(data.offers.resources, 'resource'),
                  ].join(', '),
                ],
              ]}
            />
          </>
        )}
      </div>
    </Dialog>
  );
}
