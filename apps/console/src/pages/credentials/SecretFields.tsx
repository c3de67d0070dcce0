import { ApiKeyFields } from './ApiKeyFields.tsx';
import { CustomFields } from './CustomFields.tsx';
import { DatabaseFields } from './DatabaseFields.tsx';
import type { EnteredKind } from './credential-words.ts';
import { KeyFileField } from './KeyFileField.tsx';
import { secretPrefix } from './read-secret-form.ts';
import { Field } from '../../ui/Field.tsx';
import { SecretInput } from '../../ui/SecretInput.tsx';
import { TextInput } from '../../ui/TextInput.tsx';

export interface SecretFieldsProps {
  readonly kind: EnteredKind;
  /** The service, when one was named. */
  readonly provider: string | undefined;
  /** Told which service a key looks like. */
  readonly onRecognize?: ((slug: string) => void) | undefined;
  /** What the server refused, by field. */
  readonly errors: Readonly<Record<string, string>>;
  /** The names of custom fields that there are already. */
  readonly names?: readonly string[] | undefined;
}

/** The inputs for what is sealed. They are the browser's own: React keeps nothing of what is typed. */
export function SecretFields({ kind, provider, onRecognize, errors, names }: SecretFieldsProps) {
  switch (kind) {
    case 'api_key':
      return <ApiKeyFields provider={provider} onRecognize={onRecognize} errors={errors} />;
    case 'database':
      return <DatabaseFields errors={errors} />;
    case 'service_account':
      return <KeyFileField error={errors['json']} />;
    case 'basic':
      return (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="User name" required error={errors['username']}>
            <TextInput name={`${secretPrefix}username`} autoComplete="off" spellCheck={false} />
          </Field>
          <Field label="Password" required error={errors['password']}>
            <SecretInput name={`${secretPrefix}password`} autoComplete="new-password" />
          </Field>
        </div>
      );
    case 'custom':
      return <CustomFields errors={errors} names={names} />;
  }
}
