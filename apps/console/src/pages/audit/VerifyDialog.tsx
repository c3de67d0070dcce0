import type { AuditVerification } from '@plugboard/contracts/api';
import { useMutation } from '@tanstack/react-query';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { useEffect } from 'react';

import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { formatNumber } from '../../ui/format.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { HashText } from './HashText.tsx';

export interface VerifyDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

/** Has the whole chain computed anew, and says what that found. */
export function VerifyDialog({ open, onOpen }: VerifyDialogProps) {
  const { mutate, reset, data, error, isPending } = useMutation(
    orpc.audit.verify.mutationOptions({ onError: () => undefined }),
  );
  useEffect(() => {
    if (open) mutate(undefined);
    else reset();
  }, [open, mutate, reset]);
  return (
    <Dialog
      open={open}
      onOpen={onOpen}
      title="Is the log whole?"
      about="Each record is hashed with the one before it, so any edit, gap or swap shows."
      footer={
        <>
          <Button busy={isPending} onClick={() => mutate(undefined)}>
            Verify again
          </Button>
          <Button variant="primary" onClick={() => onOpen(false)}>
            Close
          </Button>
        </>
      }
    >
      {isPending && <SkeletonRows rows={3} />}
      {error !== null && <ErrorState error={error} onRetry={() => mutate(undefined)} />}
      {data && !isPending && <Result found={data} />}
    </Dialog>
  );
}

function Result({
  found: { ok, records, sealedTo, head, fault },
}: {
  readonly found: AuditVerification;
}) {
  const unsealed = head.seq - sealedTo;
  return (
    <div className="flex flex-col gap-4 text-sm" role="status">
      <div className="flex items-start gap-3">
        {ok ? (
          <ShieldCheck className="size-8 shrink-0 text-good" aria-hidden />
        ) : (
          <ShieldAlert className="size-8 shrink-0 text-bad" aria-hidden />
        )}
        <div>
          <p className="text-base font-semibold">
            {ok ? 'The log is whole' : 'The log is not what was written'}
          </p>
          <p className="text-soft">
            {ok
              ? `All ${formatNumber(records)} records follow from one another, from the first to the last.`
              : `${formatNumber(records)} records are whole; then it breaks.`}
          </p>
        </div>
      </div>
      {fault && (
        <p className="rounded-xl bg-bad-soft px-4 py-3 text-bad">
          At record{' '}
          <TextLink
            to="/audit/$seq"
            params={{ seq: String(Math.max(1, fault.seq)) }}
            className="text-bad underline"
          >
            {fault.seq}
          </TextLink>
          : <bdi>{fault.message}</bdi>. Keep a copy of the database and of the data directory as
          they are, and compare with your last export.
        </p>
      )}
      <Facts
        rows={[
          ['Records', formatNumber(records)],
          ['Sealed up to', sealedTo === 0 ? 'none yet' : `record ${formatNumber(sealedTo)}`],
          ['Last record', head.seq === 0 ? 'none' : <HashText key="head" hash={head.hash} />],
        ]}
      />
      <div className="rounded-xl border border-line bg-sunken px-4 py-3 text-soft">
        <p className="font-medium text-ink">What sealed means</p>
        <p>
          From time to time Plugboard signs the end of the chain with a key that is not in the
          database. Up to there not even somebody who can write to the database could replace the
          whole log.{' '}
          {unsealed > 0 &&
            `${formatNumber(unsealed)} newer ${unsealed === 1 ? 'record is' : 'records are'} chained, and sealed next time.`}
        </p>
      </div>
    </div>
  );
}
