import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { type Tab, Tabs } from '../../ui/Tabs.tsx';
import { InvitationsTab } from './invitations/InvitationsTab.tsx';
import { InviteDialog } from './invitations/InviteDialog.tsx';
import { KeysTab } from './keys/KeysTab.tsx';
import { useManages } from './may-members.ts';
import { MembersTab } from './members/MembersTab.tsx';
import { RolesTab } from './RolesTab.tsx';

const route = getRouteApi('/people');

const parts = {
  members: () => <MembersTab />,
  invitations: () => <InvitationsTab />,
  roles: () => <RolesTab />,
  keys: () => <KeysTab />,
};

const invitations: Tab<'invitations'> = {
  value: 'invitations',
  label: 'Invitations',
  content: parts.invitations,
};

type Name = 'members' | 'invitations' | 'roles' | 'keys';

/** Who is in the organization, who is asked in, and what each may do. */
export function PeoplePage() {
  const { tab, invite } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const manages = useManages();
  const mayInvite = may('invitation.create');
  const members = useQuery(orpc.members.list.queryOptions());
  const setInvite = (open: boolean) =>
    void navigate({
      search: (before) => ({ ...before, invite: open || undefined }),
      replace: true,
    });

  const tabs: readonly Tab<Name>[] = [
    {
      value: 'members',
      label: 'Members',
      count: members.data?.members.length,
      content: parts.members,
    },
    ...(may('invitation.read') ? [invitations] : []),
    { value: 'roles', label: 'Roles', content: parts.roles },
    { value: 'keys', label: 'API keys', content: parts.keys },
  ];
  return (
    <Page
      title="People"
      about="Who manages Plugboard with you, and what each of them may do."
      actions={
        mayInvite && (
          <Button
            variant="primary"
            icon={<UserPlus className="size-4" aria-hidden />}
            onClick={() => setInvite(true)}
          >
            Invite somebody
          </Button>
        )
      }
    >
      {!manages && (
        <p className="text-sm text-soft">
          You may look at who is here. Owners and admins invite and change people.
        </p>
      )}
      <Tabs
        label="People"
        tabs={tabs}
        value={tabs.find(({ value }) => value === tab)?.value ?? 'members'}
        onValue={(next) =>
          void navigate({ search: { tab: next === 'members' ? undefined : next }, replace: true })
        }
      />
      {invite === true && mayInvite && <InviteDialog onClose={() => setInvite(false)} />}
    </Page>
  );
}
