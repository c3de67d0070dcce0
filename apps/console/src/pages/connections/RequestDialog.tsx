import type { ConnectionRequestView } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, ExternalLink, LoaderCircle, LogIn } from 'lucide-react';
import type { ReactNode } from 'react';

import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { ButtonAnchor } from '../../ui/ButtonLink.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { serviceOf } from './connection-words.ts';

export interface RequestDialogProps {
  /** The id of what was begun; undefined when nothing is. */
  readonly request: string | undefined;
  readonly onClose: () => void;
  /** Shows the connection that it came to. */
  readonly onShow: (connection: string) => void;
}

/** Follows a sign-in that goes on elsewhere: in this window or another one. */
export function RequestDialog({ request, onClose, onShow }: RequestDialogProps) {
  // Live events tell of a connection that came about; a refusal is found when one comes back here.
  const followed = useQuery({
    ...orpc.connections.request.queryOptions({ input: { request: request ?? '' } }),
    enabled: request !== undefined,
    refetchOnWindowFocus: 'always',
    staleTime: 0,
  });
  const { data } = followed;
  return (
    <Dialog
      open={request !== undefined}
      onOpen={(open) => !open && onClose()}
      title="Connect an account"
      width="small"
      footer={<Footer request={data} onClose={onClose} onShow={onShow} />}
    >
      {followed.isPending && <Told icon={<LoaderCircle className="size-8 animate-spin" />}>…</Told>}
      {followed.isError && (
        <ErrorState
          error={followed.error}
          title="This sign-in is not known"
          onRetry={() => void followed.refetch()}
        />
      )}
      {data && <State request={data} />}
    </Dialog>
  );
}

function State({ request }: { readonly request: ConnectionRequestView }) {
  const { state, connection, problem, authorizeUrl, expiresAt } = request;
  if (state === 'connected') {
    return (
      <Told icon={<CircleCheck className="size-8 text-good" aria-hidden />}>
        <p className="font-semibold">Connected</p>
        {connection && (
          <p className="text-soft">
            <Untrusted>{serviceOf(connection)}</Untrusted>
            {connection.account && (
              <>
                {' as '}
                <Untrusted>{connection.account.name}</Untrusted>
              </>
            )}
          </p>
        )}
      </Told>
    );
  }
  if (state === 'waiting') {
    return (
      <Told icon={<LogIn className="size-8 text-accent" aria-hidden />}>
        <p className="font-semibold">Now sign in</p>
        <p className="text-soft">
          You first see what would be permitted, and then sign in at the service. This page notices
          when you are done.
        </p>
        <div className="flex flex-wrap justify-center gap-2 pt-2">
          <ButtonAnchor
            variant="primary"
            href={authorizeUrl}
            target="_blank"
            rel="noopener"
            icon={<ExternalLink className="size-4" aria-hidden />}
          >
            In a new window
          </ButtonAnchor>
          <ButtonAnchor href={authorizeUrl}>In this window</ButtonAnchor>
        </div>
        <p className="text-xs text-faint">
          The link ends <RelativeTime at={expiresAt} />.
        </p>
      </Told>
    );
  }
  return (
    <Told icon={<CircleAlert className="size-8 text-bad" aria-hidden />}>
      <p className="font-semibold">Not connected</p>
      <p className="text-soft">
        {problem?.message ?? 'This sign-in was begun too long ago. Begin again.'}
      </p>
    </Told>
  );
}

function Told({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <div role="status" className="flex flex-col items-center gap-2 py-4 text-center text-sm">
      {icon}
      {children}
    </div>
  );
}

interface FooterProps {
  readonly request: ConnectionRequestView | undefined;
  readonly onClose: () => void;
  readonly onShow: (connection: string) => void;
}

function Footer({ request, onClose, onShow }: FooterProps) {
  const connection = request?.connection;
  if (!connection) return <Button onClick={onClose}>Close</Button>;
  return (
    <>
      <Button onClick={() => onShow(connection.id)}>See the connection</Button>
      <Button variant="primary" onClick={onClose}>
        Done
      </Button>
    </>
  );
}
