import { Badge, type Tone } from '../../ui/Badge.tsx';
import { aboutRole, type Role } from './role-words.ts';

const tones: Readonly<Record<Role, Tone>> = {
  owner: 'violet',
  admin: 'accent',
  member: 'neutral',
  auditor: 'cyan',
};

export function RoleBadge({ role }: { readonly role: Role }) {
  return (
    <Badge tone={tones[role]} title={aboutRole(role)}>
      {role}
    </Badge>
  );
}
