import { Field } from '../ui/Field.tsx';
import { Select } from '../ui/Select.tsx';
import type { ControlProps } from './control.ts';

/** One of the values that are named. */
export function EnumField({ schema, value, onValue, disabled, ...field }: ControlProps) {
  const values: readonly unknown[] = Array.isArray(schema['enum']) ? schema['enum'] : [];
  const at = values.indexOf(value);
  const unset = Object.hasOwn(schema, 'default')
    ? `Default (${String(schema['default'])})`
    : field.required
      ? 'Choose one'
      : 'Not set';
  return (
    <Field label={field.label} about={field.about} error={field.error} required={field.required}>
      <Select
        options={[
          { value: '', label: unset },
          ...values.map((each, position) => ({ value: String(position), label: String(each) })),
        ]}
        value={at < 0 ? '' : String(at)}
        onValue={(position) => onValue(position === '' ? undefined : values[Number(position)])}
        disabled={disabled}
      />
    </Field>
  );
}
