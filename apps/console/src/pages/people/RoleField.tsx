import { Field } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import { useGivableRoles } from './may-members.ts';
import { aboutRole, type Role, roleWords } from './role-words.ts';

export interface RoleFieldProps {
  readonly value: Role;
  readonly onValue: (role: Role) => void;
}

/** One of the roles that may be given, each with what it is for. */
export function RoleField({ value, onValue }: RoleFieldProps) {
  const givable = useGivableRoles();
  return (
    <Field label="Role" about={aboutRole(value)}>
      <Select
        value={value}
        onValue={onValue}
        options={roleWords
          .filter(({ role }) => givable.includes(role))
          .map(({ role, title, about }) => ({ value: role, label: title, about }))}
      />
    </Field>
  );
}
