import type { BindingView, InstanceCredentials } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, KeyRound, LockKeyhole, X } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { OutsideLink, TextLink } from '../../../ui/TextLink.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { FillSlotDialog } from './FillSlotDialog.tsx';

export type SlotView = InstanceCredentials['slots'][number];

export interface CredentialSlotProps {
  readonly instanceId: string;
  readonly slot: SlotView;
}

/** A secret that the server takes, and what fills it. */
export function CredentialSlot({ instanceId, slot }: CredentialSlotProps) {
  const may = useMay();
  const [filling, setFilling] = useState(false);
  const { bindings, inline, required } = slot;
  const isEmpty = bindings.length === 0 && !inline;
  return (
    <li className="flex flex-col gap-1.5 px-3.5 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <KeyRound className="size-4 shrink-0 text-faint" aria-hidden />
        <bdi className="min-w-0 font-mono text-xs font-medium break-all">
          {visibleText(slot.slot)}
        </bdi>
        {slot.place !== 'env' && <Badge>{slot.place}</Badge>}
        {isEmpty && required && (
          <Badge tone="warn" icon={<CircleAlert className="size-3" aria-hidden />}>
            empty
          </Badge>
        )}
        {isEmpty && !required && <Badge>empty, not needed</Badge>}
        {(may('credential.bind') || may('credential.bind_own')) && (
          <Button
            size="small"
            className="ml-auto"
            onClick={() => setFilling(true)}
            aria-label={`${isEmpty ? 'Fill' : 'Change'} ${slot.slot}`}
          >
            {isEmpty ? 'Fill' : 'Change'}
          </Button>
        )}
      </div>
      {slot.title !== undefined && (
        <p className="pl-6 text-xs text-faint">
          <bdi>{visibleText(slot.title)}</bdi>
          {slot.url !== undefined && (
            <>
              {' · '}
              <OutsideLink href={slot.url}>where to get one</OutsideLink>
            </>
          )}
        </p>
      )}
      {inline && bindings.length === 0 && (
        <p className="flex items-center gap-1.5 pl-6 text-soft">
          <LockKeyhole className="size-3.5" aria-hidden /> Sealed in this instance
        </p>
      )}
      {bindings.map((binding) => (
        <Filled key={`${binding.for.kind} ${binding.for.id ?? ''}`} {...{ instanceId, binding }} />
      ))}
      {filling && (
        <FillSlotDialog instanceId={instanceId} slot={slot} onClose={() => setFilling(false)} />
      )}
    </li>
  );
}

function Filled({
  instanceId,
  binding,
}: {
  readonly instanceId: string;
  readonly binding: BindingView;
}) {
  const may = useMay();
  const client = useQueryClient();
  const { credential, slot, place, template } = binding;
  const whose = binding.for;
  const target = agentTarget(whose);
  const reread = () => void client.invalidateQueries({ queryKey: orpc.credentials.key() });
  const putBack = useMutation({
    mutationFn: () =>
      api.credentials.bindings.put({
        instance: instanceId,
        slot,
        credential: credential.id,
        place,
        template,
        for:
          target.for === 'agent'
            ? { kind: 'agent', agent: target.agent ?? '' }
            : { kind: target.for },
      }),
    onSuccess: reread,
  });
  const empty = useMutation({
    mutationFn: () => api.credentials.bindings.remove({ instance: instanceId, slot, ...target }),
    onSuccess() {
      reread();
      tellDone(`Emptied ${slot}`, () => putBack.mutate());
    },
  });
  const isMine = whose.kind === 'member';
  return (
    <p className="flex min-w-0 items-center gap-2 pl-6">
      <span className="min-w-0 truncate">
        <TextLink to="/credentials/$credential" params={{ credential: credential.id }}>
          <bdi>{visibleText(credential.name)}</bdi>
        </TextLink>
        <span className="text-faint">
          {' '}
          for {whose.kind === 'organization' ? 'everybody' : isMine ? 'your calls' : null}
          {whose.kind === 'agent' && <bdi>{visibleText(whose.name)}</bdi>}
        </span>
      </span>
      {binding.changes !== undefined && <Badge tone="warn">waits for confirmation</Badge>}
      {may(isMine ? 'credential.bind_own' : 'credential.bind') && (
        <IconButton
          size="icon-small"
          className="ml-auto"
          label={`Empty ${slot} of ${credential.name}`}
          busy={empty.isPending}
          icon={<X className="size-4" aria-hidden />}
          onClick={() => empty.mutate()}
        />
      )}
    </p>
  );
}

function agentTarget({ kind, id }: BindingView['for']) {
  return { for: kind, ...(kind === 'agent' && id !== undefined && { agent: id }) };
}
