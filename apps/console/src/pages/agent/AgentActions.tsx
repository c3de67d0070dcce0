import type { Agent } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { tellDone } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { TextInput } from '../../ui/TextInput.tsx';

/** What is done with an agent as a whole. */
export function AgentActions({ agent }: { readonly agent: Agent }) {
  const may = useMay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [open, setOpen] = useState<'rename' | 'remove'>();
  return (
    <>
      <Menu
        label={`Actions of ${agent.name}`}
        entries={[
          ...(may('agent.change')
            ? [
                {
                  label: 'Rename',
                  icon: <Pencil aria-hidden />,
                  onSelect: () => setOpen('rename'),
                },
              ]
            : []),
          ...(may('agent.revoke')
            ? [
                {
                  label: 'Remove',
                  icon: <Trash2 aria-hidden />,
                  danger: true,
                  onSelect: () => setOpen('remove'),
                },
              ]
            : []),
        ]}
      />
      {open === 'rename' && <RenameDialog agent={agent} onClose={() => setOpen(undefined)} />}
      <ConfirmDialog
        open={open === 'remove'}
        onOpen={(isOpen) => !isOpen && setOpen(undefined)}
        title={`Remove ${agent.name}?`}
        action="Remove the agent"
        typeName={agent.slug}
        onConfirm={async () => {
          await api.agents.revoke({ agent: agent.id });
          await navigate({ to: '/agents' });
          tellDone(`Removed ${agent.slug}`);
          await client.invalidateQueries({ queryKey: orpc.agents.key() });
        }}
      >
        Its tokens and grants end with it, and its open sessions are closed now. Clients that use it
        stop working. What it did stays on record. This cannot be undone.
      </ConfirmDialog>
    </>
  );
}

function RenameDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(agent.name);
  const rename = useMutation({
    mutationFn: (next: string) => api.agents.change({ agent: agent.id, name: next }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: orpc.agents.key() });
      onClose();
      tellDone('Renamed', () => {
        void api.agents
          .change({ agent: agent.id, name: agent.name })
          .then(() => client.invalidateQueries({ queryKey: orpc.agents.key() }));
      });
    },
    onError: () => undefined,
  });
  const submit = () => name.trim() !== '' && rename.mutate(name.trim());
  return (
    <FormDialog
      title={`Rename ${agent.slug}`}
      about="Its short name stays, and so does every URL."
      width="small"
      action="Rename"
      busy={rename.isPending}
      error={rename.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name">
        <TextInput
          value={name}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Field>
    </FormDialog>
  );
}
