import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';
import { useMe } from '../../shell/use-me.ts';
import { Field } from '../../ui/Field.tsx';
import { Select, type SelectOption } from '../../ui/Select.tsx';

/** Whose something is to be, as one word: `organization`, `member`, or `agent:` and a slug. */
export type OwnerChoice = string;

export interface OwnerFieldProps {
  readonly value: OwnerChoice;
  readonly onValue: (owner: OwnerChoice) => void;
  /** Whether it may be the organization's, or any agent's. */
  readonly shared: boolean;
}

/** The owner as the API takes it. */
export function ownerInputOf(choice: OwnerChoice) {
  if (choice === 'organization') return { kind: 'organization' } as const;
  if (choice.startsWith('agent:')) {
    return { kind: 'agent', agent: choice.slice('agent:'.length) } as const;
  }
  return { kind: 'member' } as const;
}

/** Whose it is to be: who may use it follows from that. */
export function OwnerField({ value, onValue, shared }: OwnerFieldProps) {
  const { memberId } = useMe();
  const agents = useQuery(orpc.agents.list.queryOptions());
  const choosable = (agents.data?.agents ?? []).filter(
    (agent) => shared || agent.memberId === memberId,
  );
  const options: readonly SelectOption<string>[] = [
    ...(shared
      ? [
          {
            value: 'organization',
            label: 'The organization',
            about: 'Used for everybody’s calls, as grants allow',
          },
        ]
      : []),
    { value: 'member', label: 'You', about: 'Used for your calls alone; no admin can use it' },
    ...choosable.map(({ slug, name }) => ({
      value: `agent:${slug}`,
      label: `Agent ${name}`,
      about: 'Used for this agent’s calls alone',
    })),
  ];
  return (
    <Field label="Owner" about={options.find((option) => option.value === value)?.about}>
      <Select options={options} value={value} onValue={onValue} />
    </Field>
  );
}
