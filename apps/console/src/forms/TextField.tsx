import { Field } from '../ui/Field.tsx';
import { SecretInput } from '../ui/SecretInput.tsx';
import { TextArea, TextInput } from '../ui/TextInput.tsx';
import { type ControlProps, placeholderOf } from './control.ts';
import { controlOf, wordOf } from './json-schema.ts';

const inputTypes: Readonly<Record<string, string>> = {
  uri: 'url',
  url: 'url',
  email: 'email',
  date: 'date',
};

/** A text, a long one, or a secret. */
export function TextField({
  schema,
  depth,
  value,
  onValue,
  disabled,
  path,
  ...field
}: ControlProps) {
  const kind = controlOf(schema, depth);
  const shared = {
    name: path,
    value: typeof value === 'string' ? value : '',
    placeholder: placeholderOf(schema),
    disabled,
    autoComplete: 'off',
  };
  const take = (text: string) => onValue(text === '' ? undefined : text);
  return (
    <Field label={field.label} about={field.about} error={field.error} required={field.required}>
      {kind === 'secret' ? (
        <SecretInput {...shared} onChange={(event) => take(event.currentTarget.value)} />
      ) : kind === 'long_text' ? (
        <TextArea {...shared} onChange={(event) => take(event.currentTarget.value)} />
      ) : (
        <TextInput
          {...shared}
          type={inputTypes[wordOf(schema, 'format') ?? ''] ?? 'text'}
          onChange={(event) => take(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
