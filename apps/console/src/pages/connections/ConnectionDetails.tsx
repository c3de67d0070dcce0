import type { ConnectionView } from '@plugboard/contracts/api';
import { Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import { useMe } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { AgentPermissions } from './AgentPermissions.tsx';
import { grantWords, ownerWords, signerWords } from './connection-words.ts';
import { ConnectionBadge } from './ConnectionBadge.tsx';
import { useMayConnection } from './may-connection.ts';
import { RemoveConnectionDialog } from './RemoveConnectionDialog.tsx';
import { SignInButton } from './SignInButton.tsx';
import { WiderScopes } from './WiderScopes.tsx';

export interface ConnectionDetailsProps {
  readonly connection: ConnectionView;
  readonly onRemoved: () => void;
}

/** What is known of a connection, who may use it, and what can be done. */
export function ConnectionDetails({ connection, onRemoved }: ConnectionDetailsProps) {
  const { memberId } = useMe();
  const may = useMayConnection()(connection);
  const [removing, setRemoving] = useState(false);
  const { id, account, owner, issuer, resource, grant, scopes, renewable, reason, signIn } =
    connection;
  const isPersonal = grant === 'authorization_code';
  return (
    <div className="flex flex-col gap-6">
      {signIn && (
        <div className="flex flex-col items-start gap-2 rounded-xl bg-warn-soft px-4 py-3 text-sm">
          <p>
            <strong className="font-semibold">
              <Untrusted>{signerWords(signIn.by, memberId)}</Untrusted>
            </strong>{' '}
            must sign in. {reason?.message}
          </p>
          {may && isPersonal && <SignInButton variant="primary" size="small" connection={id} />}
        </div>
      )}
      <Facts
        rows={[
          ['State', <ConnectionBadge key="state" connection={connection} />],
          ['Account', account && <Untrusted key="account">{account.name}</Untrusted>],
          ['Owner', <Untrusted key="owner">{ownerWords(owner)}</Untrusted>],
          [
            'Server',
            resource === undefined ? undefined : (
              <Untrusted key="resource" className="font-mono text-xs">
                {resource}
              </Untrusted>
            ),
          ],
          [
            'Signed in at',
            <Untrusted key="issuer" className="font-mono text-xs">
              {issuer}
            </Untrusted>,
          ],
          ['How', grantWords[grant]],
          [
            'Calls failed',
            connection.blockedCalls === 0 ? 'none' : String(connection.blockedCalls),
          ],
          [
            'Renewal',
            renewable ? 'Plugboard renews it by itself' : 'not possible: it ends and needs sign-in',
          ],
          ['Renewed', <RelativeTime key="renewed" at={connection.refreshedAt} never="not yet" />],
          [
            'Access until',
            connection.accessExpiresAt === undefined ? (
              'it is taken back'
            ) : (
              <RelativeTime key="access" at={connection.accessExpiresAt} />
            ),
          ],
          ['Connected', <RelativeTime key="created" at={connection.createdAt} />],
        ]}
      />
      <Part title="Used by">
        {connection.instances.length === 0 ? (
          <p className="text-soft">No server. Choose it where an instance lists its credentials.</p>
        ) : (
          <ul className="flex flex-col gap-1">
            {connection.instances.map(({ id: instance, slug, slot }) => (
              <li key={`${instance} ${slot}`}>
                <TextLink to="/instances/$instance" params={{ instance: slug }}>
                  <Untrusted>{slug}</Untrusted>
                </TextLink>{' '}
                <span className="text-faint">
                  in <code className="text-xs">{slot}</code>
                </span>
              </li>
            ))}
          </ul>
        )}
      </Part>
      {owner.kind === 'member' && <AgentPermissions connection={connection} />}
      <Part title="Permissions">
        {scopes.length === 0 ? (
          <p className="text-soft">The service names none.</p>
        ) : (
          <ul className="flex flex-wrap gap-1.5">
            {scopes.map((scope) => (
              <li key={scope} className="rounded-md bg-sunken px-1.5 py-0.5 font-mono text-xs">
                <Untrusted>{scope}</Untrusted>
              </li>
            ))}
          </ul>
        )}
        {may && isPersonal && <WiderScopes connection={connection} />}
      </Part>
      {may && (
        <div className="flex flex-wrap gap-2 border-t border-line pt-4">
          {!signIn && isPersonal && <SignInButton connection={id} />}
          <Button
            variant="danger"
            icon={<Trash2 className="size-4" aria-hidden />}
            onClick={() => setRemoving(true)}
          >
            Remove
          </Button>
        </div>
      )}
      <RemoveConnectionDialog
        open={removing}
        onOpen={setRemoving}
        connection={connection}
        onRemoved={onRemoved}
      />
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 text-sm">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}
