import type { InstanceCredentials } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Field } from '../../../ui/Field.tsx';
import { Select } from '../../../ui/Select.tsx';

type Account = InstanceCredentials['account'];

const words: Readonly<Record<Account, string>> = {
  organization: 'One for everybody',
  member: 'Each member’s own',
  agent: 'Each agent’s own',
};

/** Says whose account calls use; running copies start anew with it. */
export function AccountChoice({ credentials }: { readonly credentials: InstanceCredentials }) {
  const may = useMay();
  const client = useQueryClient();
  const { instance, account } = credentials;
  const set = useMutation({
    mutationFn: (next: Account) =>
      api.credentials.bindings.setAccount({ instance: instance.id, account: next }),
    onSuccess(changed, next) {
      client.setQueryData(
        orpc.credentials.bindings.list.queryKey({ input: { instance: instance.id } }),
        changed,
      );
      const before = account;
      if (next !== before) {
        tellDone(`${instance.slug} uses: ${words[next].toLowerCase()}`, () => set.mutate(before));
      }
    },
  });
  if (!may('account.set')) return null;
  return (
    <Field label="Whose account calls use" about="Copies that run start anew with the next call.">
      <Select
        value={set.isPending ? set.variables : account}
        disabled={set.isPending}
        onValue={(next) => next !== account && set.mutate(next)}
        options={[
          {
            value: 'organization',
            label: words.organization,
            about: 'What fills a slot is for all',
          },
          {
            value: 'member',
            label: words.member,
            about: 'Who calls brings it, or is asked for it',
          },
          { value: 'agent', label: words.agent, about: 'Every agent is given one of its own' },
        ]}
      />
    </Field>
  );
}
