import { useState } from 'react';

import { Field } from '../ui/Field.tsx';
import { TextArea } from '../ui/TextInput.tsx';
import { readJson, UnreadJson } from './form-value.ts';
import type { ControlProps } from './control.ts';

/** What no control can draw, as JSON. */
export function JsonField({ value, onValue, disabled, path, ...field }: ControlProps) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: unknown }>();
  const text =
    typed && typed.value === value
      ? typed.text
      : value instanceof UnreadJson
        ? value.text
        : value === undefined
          ? ''
          : JSON.stringify(value, null, 2);
  const unread = value instanceof UnreadJson ? 'This is not JSON yet' : undefined;
  return (
    <Field
      label={field.label}
      about={
        <>
          {field.about} JSON, such as {'{"key": "value"}'} or [1, 2].
        </>
      }
      error={field.error ?? unread}
      required={field.required}
    >
      <TextArea
        name={path}
        className="font-mono text-xs"
        rows={Math.min(12, Math.max(3, text.split('\n').length))}
        spellCheck={false}
        autoComplete="off"
        value={text}
        disabled={disabled}
        onChange={(event) => {
          const next = event.currentTarget.value;
          const read = readJson(next);
          setTyped({ text: next, value: read });
          onValue(read);
        }}
      />
    </Field>
  );
}
