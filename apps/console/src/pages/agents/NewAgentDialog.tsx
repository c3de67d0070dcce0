import type { Agent, GrantChange } from '@plugboard/contracts/api';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { useSetGrants } from '../../access/use-set-grants.tsx';
import { api } from '../../api/client.ts';
import { readError } from '../../api/errors.ts';
import { tellFailed } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { AgentReady } from './AgentReady.tsx';
import { emptyAgentForm, NewAgentForm } from './NewAgentForm.tsx';

/** Makes an agent with what it may use and its token, then says how to connect it. */
export function NewAgentDialog({ onClose }: { readonly onClose: () => void }) {
  const may = useMay();
  const [form, setForm] = useState(emptyAgentForm);
  const [made, setMade] = useState<{ agent: Agent; token: string | undefined }>();
  const { set, dialog } = useSetGrants();
  const create = useMutation({
    async mutationFn() {
      const { slug, name, memberId, levels, withToken } = form;
      const agent = await api.agents.create({
        slug,
        ...(name.trim() !== '' && { name: name.trim() }),
        ...(memberId !== undefined && { memberId }),
      });
      // The agent is there now, whatever becomes of the rest: that can be done on its page.
      const token = withToken && may('token.create') ? await firstToken(slug) : undefined;
      setMade({ agent, token });
      const changes = [...levels].map(([toolbox, level]): GrantChange => ({
        agent: agent.id,
        target: { scope: 'toolbox', toolbox },
        level,
      }));
      await set(
        changes,
        `Granted ${changes.length === 1 ? 'a toolbox' : `${changes.length} toolboxes`}`,
      );
    },
    // It is shown in the form.
    onError: () => undefined,
  });
  const ready = made !== undefined;

  return (
    <>
      <Dialog
        open
        onOpen={(open) => !open && onClose()}
        width="large"
        title={ready ? `${made.agent.name} is there` : 'New agent'}
        about={
          ready
            ? 'Connect a client as this agent.'
            : 'An identity for one AI client, with exactly what it may use.'
        }
        footer={
          ready ? (
            <Button variant="primary" onClick={onClose}>
              Done
            </Button>
          ) : (
            <>
              <Button onClick={onClose}>Cancel</Button>
              <Button
                variant="primary"
                busy={create.isPending}
                disabled={form.slug === ''}
                onClick={() => create.mutate()}
              >
                Make the agent
              </Button>
            </>
          )
        }
      >
        {ready ? (
          <AgentReady agent={made.agent} token={made.token} />
        ) : (
          <NewAgentForm
            form={form}
            onForm={setForm}
            error={create.error}
            onSubmit={() => form.slug !== '' && !create.isPending && create.mutate()}
          />
        )}
      </Dialog>
      {dialog}
    </>
  );
}

async function firstToken(agent: string): Promise<string | undefined> {
  try {
    return (await api.agents.tokens.create({ agent, name: 'first' })).token;
  } catch (error) {
    tellFailed(readError(error).message);
    return undefined;
  }
}
