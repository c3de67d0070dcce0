import type { BindingView, InstanceCredentials } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { ShieldAlert } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { readError } from '../../../api/errors.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';

/** Whose account it is that was lent. */
interface Lender {
  /** An agent's id; absent for one's own. */
  readonly agent: string | undefined;
  readonly name: string;
  readonly slots: readonly string[];
  readonly changes: readonly string[];
}

/**
 * Where an instance takes what it was lent has changed since: it is given nothing until whoever lent it
 * has looked, and said so.
 */
export function UnconfirmedNotice({ credentials }: { readonly credentials: InstanceCredentials }) {
  return waitingLenders(credentials).map((lender) => (
    <Waiting key={lender.agent ?? ''} lender={lender} credentials={credentials} />
  ));
}

function Waiting({
  lender,
  credentials,
}: {
  readonly lender: Lender;
  readonly credentials: InstanceCredentials;
}) {
  const may = useMay();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { instance, destination } = credentials;
  const isMine = lender.agent === undefined;
  const whose = isMine ? 'your account' : `the account of ${visibleText(lender.name)}`;
  const reread = () => client.invalidateQueries({ queryKey: orpc.credentials.key() });
  const confirm = async () => {
    try {
      await api.credentials.bindings.confirm({
        instance: instance.id,
        destination: destination.digest,
        ...(lender.agent !== undefined && { agent: lender.agent }),
      });
    } catch (error) {
      // It was changed again: shows what it is now, and asks anew.
      if (readError(error).code === 'conflict') void reread();
      throw error;
    }
    await reread();
    tellDone(`${instance.slug} has ${whose} again`);
  };
  return (
    <div
      role="alert"
      className="flex flex-col gap-2 rounded-lg border border-warn/40 bg-warn-soft px-4 py-3 text-sm"
    >
      <p className="flex items-start gap-2 font-medium text-warn">
        <ShieldAlert className="mt-1 size-4 shrink-0" aria-hidden />
        <span>Changed since it was lent {whose}. It is given nothing until you confirm.</span>
      </p>
      <Changes changes={lender.changes} />
      {may(isMine ? 'credential.bind_own' : 'credential.bind') ? (
        <div>
          <Button variant="primary" size="small" onClick={() => setAsking(true)}>
            Look and confirm
          </Button>
        </div>
      ) : (
        <p className="text-soft">An owner or an admin can confirm it.</p>
      )}
      <ConfirmDialog
        open={asking}
        onOpen={setAsking}
        danger={false}
        title={`Lend ${instance.slug} ${whose} again?`}
        action="Lend it again"
        onConfirm={confirm}
      >
        <div className="flex flex-col gap-3">
          <p>
            From now on{' '}
            <bdi className="font-mono text-xs break-all text-ink">
              {visibleText(destination.name)}
            </bdi>{' '}
            is given what fills {lender.slots.map((slot) => visibleText(slot)).join(', ')}. Since it
            was lent, this changed:
          </p>
          <Changes changes={lender.changes} />
          <p>If you do not know why, do not confirm, and ask who changed it.</p>
        </div>
      </ConfirmDialog>
    </div>
  );
}

function Changes({ changes }: { readonly changes: readonly string[] }) {
  return (
    <ul className="list-disc pl-8 text-soft [overflow-wrap:anywhere]">
      {changes.map((change) => (
        <li key={change}>
          <bdi>{visibleText(change)}</bdi>
        </li>
      ))}
    </ul>
  );
}

function waitingLenders({ slots }: InstanceCredentials): readonly Lender[] {
  const waiting = slots
    .flatMap(({ bindings }) => bindings)
    .filter(({ changes }) => changes !== undefined && changes.length > 0);
  const keys = [...new Set(waiting.map(lenderKey))];
  return keys.map((key) => {
    const theirs = waiting.filter((binding) => lenderKey(binding) === key);
    return {
      agent: key === '' ? undefined : key,
      name: theirs[0]?.for.name ?? '',
      slots: theirs.map(({ slot }) => slot),
      changes: [...new Set(theirs.flatMap(({ changes }) => changes ?? []))],
    };
  });
}

function lenderKey({ for: whose }: BindingView): string {
  return whose.kind === 'agent' ? (whose.id ?? '') : '';
}
