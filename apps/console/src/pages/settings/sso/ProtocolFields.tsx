import { useMay } from '../../../shell/use-me.ts';
import { CheckboxField } from '../../../ui/CheckboxField.tsx';
import { Field } from '../../../ui/Field.tsx';
import { SecretInput } from '../../../ui/SecretInput.tsx';
import { TextArea, TextInput } from '../../../ui/TextInput.tsx';
import type { ProviderDraft } from './provider-draft.ts';

export interface DraftFieldsProps {
  readonly draft: ProviderDraft;
  readonly onDraft: (change: Partial<ProviderDraft>) => void;
  readonly errors: Readonly<Record<string, string>>;
}

export function OidcFields({ draft, onDraft, errors }: DraftFieldsProps) {
  const may = useMay();
  return (
    <>
      <Field label="Issuer" required error={errors['issuer']}>
        <TextInput
          value={draft.issuer}
          placeholder="https://login.example.com"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onDraft({ issuer: event.currentTarget.value })}
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Client id" required error={errors['clientId']}>
          <TextInput
            value={draft.clientId}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onDraft({ clientId: event.currentTarget.value })}
          />
        </Field>
        <Field label="Client secret" error={errors['clientSecret']} about="Sealed when it arrives.">
          <SecretInput
            value={draft.clientSecret}
            onChange={(event) => onDraft({ clientSecret: event.currentTarget.value })}
          />
        </Field>
      </div>
      <CheckboxField
        checked={draft.trustEmail}
        onChecked={(trustEmail) => onDraft({ trustEmail })}
        label="Take its addresses for verified where it says nothing of that"
        about="Entra ID needs this."
      />
      {may('sso.manage_as_owner') && (
        <CheckboxField
          checked={draft.allowPrivateNetwork}
          onChecked={(allowPrivateNetwork) => onDraft({ allowPrivateNetwork })}
          label="It lies in a private network"
          about="Also allows plain http."
        />
      )}
    </>
  );
}

export function SamlFields({ draft, onDraft, errors }: DraftFieldsProps) {
  return (
    <Field
      label="Its metadata"
      required
      error={errors['metadata']}
      about="The XML that the provider offers: its entity id, address and certificates are read from it."
    >
      <TextArea
        rows={8}
        value={draft.metadata}
        spellCheck={false}
        className="font-mono text-xs"
        onChange={(event) => onDraft({ metadata: event.currentTarget.value })}
      />
    </Field>
  );
}
