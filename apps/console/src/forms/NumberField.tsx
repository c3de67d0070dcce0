import { useState } from 'react';

import { Field } from '../ui/Field.tsx';
import { TextInput } from '../ui/TextInput.tsx';
import { type ControlProps, placeholderOf } from './control.ts';

/** A number as it is typed: "1." and "-" are on the way to one, so its text is kept. */
export function NumberField({ schema, value, onValue, disabled, path, ...field }: ControlProps) {
  const [typed, setTyped] = useState<string>();
  const shown = typed !== undefined && readNumber(typed) === value ? typed : textOf(value);
  return (
    <Field label={field.label} about={field.about} error={field.error} required={field.required}>
      <TextInput
        name={path}
        inputMode="decimal"
        autoComplete="off"
        className="max-w-48 tabular-nums"
        value={shown}
        placeholder={placeholderOf(schema)}
        disabled={disabled}
        onChange={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          onValue(readNumber(text));
        }}
      />
    </Field>
  );
}

/** A number; the text itself where it is none, which is then told; undefined for none. */
function readNumber(text: string): number | string | undefined {
  if (text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function textOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}
