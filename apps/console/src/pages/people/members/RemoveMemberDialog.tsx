import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMe } from '../../../shell/use-me.ts';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { Field } from '../../../ui/Field.tsx';
import { plural } from '../../../ui/format.ts';
import { Select } from '../../../ui/Select.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import type { MemberDialogProps } from './RoleDialog.tsx';

const nobody = 'nobody';

/** Removes a member, or lets one leave; their agents go to somebody or with them. */
export function RemoveMemberDialog({ member, onClose }: MemberDialogProps) {
  const me = useMe();
  const client = useQueryClient();
  const members = useQuery(orpc.members.list.queryOptions());
  const agents = useQuery(orpc.agents.list.queryOptions({}));
  const [heir, setHeir] = useState(nobody);
  const own = member.id === me.memberId;
  const name = visibleText(member.name);
  const theirs = (agents.data?.agents ?? []).filter(({ memberId }) => memberId === member.id);
  const heirs = (members.data?.members ?? []).filter(
    ({ id, state }) => id !== member.id && state === 'active',
  );
  return (
    <ConfirmDialog
      open
      onOpen={(open) => !open && onClose()}
      title={own ? `Leave ${visibleText(me.organizationName)}?` : `Remove ${name}?`}
      action={own ? 'Leave' : 'Remove'}
      typeName={name}
      onConfirm={async () => {
        await api.members.remove({
          member: member.id,
          ...(heir !== nobody && { handOverTo: heir }),
        });
        if (own) return location.assign('/');
        void client.invalidateQueries();
        tellDone(`${name} is removed`);
      }}
    >
      <div className="flex flex-col gap-4">
        <p>
          {own ? 'Your' : 'Their'} membership, API keys, connections and credentials go at once, and
          the keys that sealed these are destroyed. This cannot be undone.
        </p>
        {theirs.length > 0 && (
          <Field
            label={`Who gets ${own ? 'your' : 'their'} ${plural(theirs.length, 'agent')}`}
            about={
              heir === nobody
                ? `Without somebody these go too: ${theirs.map(({ slug }) => slug).join(', ')}`
                : 'What they may use stays. Their tokens end: make new ones.'
            }
          >
            <Select
              value={heir}
              onValue={setHeir}
              options={[
                { value: nobody, label: 'Nobody: remove them' },
                ...heirs.map(({ id, name: heirName, email }) => ({
                  value: id,
                  label: visibleText(email === undefined ? heirName : `${heirName} (${email})`),
                })),
              ]}
            />
          </Field>
        )}
      </div>
    </ConfirmDialog>
  );
}
