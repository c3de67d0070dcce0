import type { Member } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../../api/client.ts';
import { readError } from '../../../api/errors.ts';
import { tellDone, tellFailed } from '../../../shell/toast-manager.ts';
import type { Role } from '../role-words.ts';

interface MemberActions {
  /** Rejects with what the server refused it for. */
  readonly setRole: (member: Member, role: Role) => Promise<void>;
  readonly suspend: (member: Member) => void;
  readonly reinstate: (member: Member) => void;
}

/** What can be done to a member and taken back. */
export function useMemberActions(): MemberActions {
  const client = useQueryClient();
  const readAnew = () => client.invalidateQueries({ queryKey: orpc.members.key() });
  const attempt = (what: () => Promise<unknown>) => {
    what()
      .catch((error: unknown) => tellFailed(readError(error).message))
      .finally(() => void readAnew());
  };
  const toRole = ({ id: member }: Member, role: Role) => api.members.setRole({ member, role });
  const suspend = async ({ id, name }: Member, undo: () => void) => {
    await api.members.suspend({ member: id });
    tellDone(`${name} is suspended`, undo);
  };
  const reinstate = async ({ id, name }: Member, undo: () => void) => {
    await api.members.reinstate({ member: id });
    tellDone(`${name} is let in again`, undo);
  };
  return {
    async setRole(member, role) {
      await toRole(member, role);
      await readAnew();
      tellDone(`${member.name} has the role ${role}`, () =>
        attempt(() => toRole(member, member.role)),
      );
    },
    suspend: (member) =>
      attempt(() =>
        suspend(member, () => attempt(() => api.members.reinstate({ member: member.id }))),
      ),
    reinstate: (member) =>
      attempt(() =>
        reinstate(member, () => attempt(() => api.members.suspend({ member: member.id }))),
      ),
  };
}
