import { useMay } from '../../../shell/use-me.ts';
import { CheckboxField } from '../../../ui/CheckboxField.tsx';
import { Field } from '../../../ui/Field.tsx';
import { Select } from '../../../ui/Select.tsx';
import { TextArea, TextInput } from '../../../ui/TextInput.tsx';
import type { DraftFieldsProps } from './ProtocolFields.tsx';

/** What is said of a provider whichever protocol it speaks: whom it lets in, and as what. */
export function CommonFields({ draft, onDraft, errors }: DraftFieldsProps) {
  const may = useMay();
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Short name" required error={errors['provider']} about="Such as okta.">
          <TextInput
            value={draft.provider}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onDraft({ provider: event.currentTarget.value })}
          />
        </Field>
        <Field label="Title" error={errors['title']} about="On the button to sign in with.">
          <TextInput
            value={draft.title}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => onDraft({ title: event.currentTarget.value })}
          />
        </Field>
        <Field
          label="Domains"
          error={errors['domains']}
          about="Of the addresses that it speaks for, with spaces between."
        >
          <TextInput
            value={draft.domains}
            placeholder="example.com"
            autoComplete="off"
            onChange={(event) => onDraft({ domains: event.currentTarget.value })}
          />
        </Field>
        <Field label="New people become">
          <Select
            value={draft.defaultRole}
            onValue={(defaultRole) => onDraft({ defaultRole })}
            options={[
              { value: 'member', label: 'members' },
              { value: 'auditor', label: 'auditors' },
              { value: 'admin', label: 'admins' },
              { value: 'none', label: 'nothing: they are not let in' },
            ]}
          />
        </Field>
      </div>
      <Field
        label="Roles by group"
        error={errors['roleRules']}
        about="The first that fits gives the role, at each sign-in. One to a line: admins = admin"
      >
        <TextArea
          rows={3}
          value={draft.rules}
          spellCheck={false}
          onChange={(event) => onDraft({ rules: event.currentTarget.value })}
        />
      </Field>
      {may('sso.manage_as_owner') && (
        <CheckboxField
          checked={draft.allowOwners}
          onChecked={(allowOwners) => onDraft({ allowOwners })}
          label="It may sign in owners, and make them"
          about="Whoever controls the provider then controls this organization."
        />
      )}
    </>
  );
}
