import { useMutation } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { Button, type ButtonProps } from '../../ui/Button.tsx';
import { connectionsRoute } from './connection-search.ts';

export interface SignInButtonProps extends Pick<ButtonProps, 'variant' | 'size'> {
  /** The connection's id. */
  readonly connection: string;
  readonly label?: string;
  /** Added to what was granted. */
  readonly scopes?: readonly string[];
}

/** Begins to sign in anew for a connection; how it goes on is shown by `RequestDialog`. */
export function SignInButton({
  connection,
  label = 'Sign in again',
  scopes,
  ...look
}: SignInButtonProps) {
  const navigate = connectionsRoute.useNavigate();
  const begin = useMutation(
    orpc.connections.reconnect.mutationOptions({
      onSuccess: ({ requestId }) =>
        void navigate({ search: ({ q, state, mine }) => ({ q, state, mine, request: requestId }) }),
    }),
  );
  return (
    <Button
      {...look}
      busy={begin.isPending}
      icon={<LogIn className="size-4" aria-hidden />}
      onClick={() =>
        begin.mutate({
          connection,
          next: '/connections',
          ...(scopes !== undefined && { scopes: [...scopes] }),
        })
      }
    >
      {label}
    </Button>
  );
}
