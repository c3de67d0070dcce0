import type { Source } from '@plugboard/contracts/api';

import { CheckboxField } from '../../../ui/CheckboxField.tsx';
import { Field } from '../../../ui/Field.tsx';
import { SecretInput } from '../../../ui/SecretInput.tsx';
import { Select } from '../../../ui/Select.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';
import { audienceWords } from './source-words.ts';

/** What is said of a source whether it is new or not. */
export interface SourceDraft {
  readonly title: string;
  readonly location: string;
  readonly audience: Source['audience'];
  readonly priority: string;
  readonly every: string;
  readonly token: string;
  readonly allowPrivateNetwork: boolean;
}

export interface SourceFieldsProps {
  readonly kind: Source['kind'];
  readonly draft: SourceDraft;
  readonly onDraft: (change: Partial<SourceDraft>) => void;
  readonly errors: Readonly<Record<string, string>>;
  /** Whether it has a token already. */
  readonly hasToken?: boolean;
}

const hour = 3_600_000;
const rhythms = [
  [String(hour / 4), 'Every 15 minutes'],
  [String(hour), 'Every hour'],
  [String(6 * hour), 'Every 6 hours'],
  [String(24 * hour), 'Every day'],
  ['', 'When asked'],
] as const;

const places = {
  registry: [
    'Address',
    'https://registry.example.com',
    'Of a registry that speaks the MCP registry’s API.',
  ],
  docker: [
    'Address',
    'https://example.com/catalog.yaml',
    'Of a catalog in Docker’s format, JSON or YAML.',
  ],
  folder: [
    'Folder or git address',
    'https://git.example.com/servers.git',
    'A folder inside the data directory’s catalog folder, or an https git address, with *.server.json files.',
  ],
} as const;

export function SourceFields({
  kind,
  draft,
  onDraft,
  errors,
  hasToken = false,
}: SourceFieldsProps) {
  const every = rhythms.some(([value]) => value === draft.every)
    ? rhythms
    : [
        [draft.every, `Every ${Math.round(Number(draft.every) / 60_000)} minutes`] as const,
        ...rhythms,
      ];
  return (
    <>
      {kind !== 'bundled' && (
        <Field label={places[kind][0]} required error={errors['location']} about={places[kind][2]}>
          <TextInput
            value={draft.location}
            placeholder={places[kind][1]}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onDraft({ location: event.currentTarget.value })}
          />
        </Field>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Title" error={errors['title']} about="As it is shown beside its servers.">
          <TextInput
            value={draft.title}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => onDraft({ title: event.currentTarget.value })}
          />
        </Field>
        <Field label="Read anew" error={errors['everyMs']}>
          <Select
            value={draft.every}
            onValue={(value) => onDraft({ every: value })}
            options={every.map(([value, label]) => ({ value, label }))}
          />
        </Field>
        <Field label="Who sees it" error={errors['audience']}>
          <Select
            value={draft.audience}
            onValue={(audience) => onDraft({ audience })}
            options={[
              { value: 'members', label: audienceWords.members },
              { value: 'admins', label: audienceWords.admins },
              { value: 'public', label: audienceWords.public },
            ]}
          />
        </Field>
        <Field
          label="Place in the order"
          error={errors['priority']}
          about="The lowest number is believed first."
        >
          <TextInput
            type="number"
            min={0}
            max={10_000}
            value={draft.priority}
            onChange={(event) => onDraft({ priority: event.currentTarget.value })}
          />
        </Field>
      </div>
      {kind !== 'bundled' && (
        <>
          <Field
            label="Token"
            error={errors['token']}
            about={
              hasToken
                ? 'It has one. Left empty, that stays.'
                : 'Where it asks for one; sent as a bearer token, and sealed.'
            }
          >
            <SecretInput
              value={draft.token}
              onChange={(event) => onDraft({ token: event.currentTarget.value })}
            />
          </Field>
          <CheckboxField
            checked={draft.allowPrivateNetwork}
            onChecked={(allowPrivateNetwork) => onDraft({ allowPrivateNetwork })}
            label="It lies in a private network"
            about="Also allows plain http. Only for addresses that you know."
          />
        </>
      )}
    </>
  );
}

/** A draft's fields as the API takes them; what was left empty is not said. */
export function sourceInputOf(draft: SourceDraft) {
  const { title, location, audience, priority, every, token, allowPrivateNetwork } = draft;
  return {
    location: location.trim(),
    audience,
    allowPrivateNetwork,
    everyMs: every === '' ? null : Number(every),
    ...(title.trim() !== '' && { title: title.trim() }),
    ...(priority.trim() !== '' && { priority: Number(priority) }),
    ...(token !== '' && { token }),
  };
}
