import { type Level, levels } from '@plugboard/contracts';
import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';
import { fieldErrors } from '../../api/errors.ts';
import { useMay } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Combobox } from '../../ui/Combobox.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { plural } from '../../ui/format.ts';
import { aboutLevel } from '../../ui/LevelBadge.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { slugOf } from './slug-of.ts';

export interface AgentForm {
  readonly name: string;
  readonly slug: string;
  /** The short name was written by hand: it follows the name no more. */
  readonly ownSlug: boolean;
  readonly memberId: string | undefined;
  /** By the ids of toolboxes. */
  readonly levels: ReadonlyMap<string, Level>;
  readonly withToken: boolean;
}

export const emptyAgentForm: AgentForm = {
  name: '',
  slug: '',
  ownSlug: false,
  memberId: undefined,
  levels: new Map(),
  withToken: true,
};

export interface NewAgentFormProps {
  readonly form: AgentForm;
  readonly onForm: (form: AgentForm) => void;
  readonly error: unknown;
  readonly onSubmit: () => void;
}

const nobody = 'organization';

/** What an agent is called, whose it is and what it may use from the first. */
export function NewAgentForm({ form, onForm, error, onSubmit }: NewAgentFormProps) {
  const may = useMay();
  const members = useQuery(orpc.members.list.queryOptions());
  const faults = fieldErrors(error);
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" about="Such as “Ann’s Claude Code”." error={faults['name']} required>
          <TextInput
            value={form.name}
            maxLength={100}
            autoComplete="off"
            onChange={({ currentTarget: { value: name } }) =>
              onForm({ ...form, name, ...(!form.ownSlug && { slug: slugOf(name) }) })
            }
          />
        </Field>
        <Field
          label="Short name"
          about="In URLs and commands. It stays as it is."
          error={faults['slug']}
          required
        >
          <TextInput
            value={form.slug}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="font-mono"
            onChange={({ currentTarget: { value: slug } }) =>
              onForm({ ...form, slug, ownSlug: slug !== '' })
            }
          />
        </Field>
      </div>
      <Field
        label="Whose it is"
        about="A member’s own agent acts for them, with their connections."
      >
        <Combobox
          label="Whose it is"
          options={[
            { value: nobody, label: 'The organization’s' },
            ...(members.data?.members ?? [])
              .filter(({ state }) => state === 'active')
              .map(({ id, name, email }) => ({ value: id, label: name, about: email })),
          ]}
          value={form.memberId ?? nobody}
          onValue={(value) => onForm({ ...form, memberId: value === nobody ? undefined : value })}
        />
      </Field>
      {may('grant.create') && <ToolboxLevels form={form} onForm={onForm} />}
      {may('token.create') && (
        <div className="flex items-start gap-3 text-sm">
          <span className="pt-0.5">
            <Checkbox
              label="Make a token"
              checked={form.withToken}
              onChecked={(withToken) => onForm({ ...form, withToken })}
            />
          </span>
          <span>
            <span className="font-medium" aria-hidden>
              Make a token
            </span>
            <span className="block text-soft">
              For scripts and clients that cannot open a browser. Others sign in.
            </span>
          </span>
        </div>
      )}
      <Problem error={error} />
      <button type="submit" className="sr-only" tabIndex={-1}>
        Make the agent
      </button>
    </form>
  );
}

function ToolboxLevels({ form, onForm }: Pick<NewAgentFormProps, 'form' | 'onForm'>) {
  const { data } = useQuery(orpc.toolboxes.list.queryOptions());
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">What it may use</legend>
      {data?.toolboxes.length === 0 && (
        <p className="text-sm text-soft">
          There is no toolbox yet:{' '}
          <TextLink to="/marketplace" className="underline">
            add a server
          </TextLink>{' '}
          first, or grant it something later.
        </p>
      )}
      <ul className="max-h-60 divide-y divide-line overflow-y-auto rounded-lg border border-line empty:hidden">
        {data?.toolboxes.map(({ id, slug, name, environment, instances }) => (
          <li key={id} className="flex items-center gap-3 px-3 py-2">
            <span className="min-w-0 flex-1">
              <span className="flex items-center gap-2 text-sm">
                <Untrusted className="truncate font-medium">{name}</Untrusted>
                <Badge>{environment}</Badge>
              </span>
              <span className="text-xs text-faint">{plural(instances, 'server')}</span>
            </span>
            <Select<Level | 'none'>
              label={`Level on ${slug}`}
              className="w-32"
              value={form.levels.get(id) ?? 'none'}
              onValue={(level) => {
                const next = new Map(form.levels);
                if (level === 'none') next.delete(id);
                else next.set(id, level);
                onForm({ ...form, levels: next });
              }}
              options={[
                { value: 'none', label: 'nothing' },
                ...levels.map((level) => ({
                  value: level,
                  label: level,
                  about: aboutLevel(level),
                })),
              ]}
            />
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
