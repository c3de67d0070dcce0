import { useState } from 'react';

import { Field } from '../ui/Field.tsx';
import { Select } from '../ui/Select.tsx';
import type { ControlProps } from './control.ts';
import { chosenWay } from './chosen-way.ts';
import { initialValue } from './form-value.ts';
import { controlOf, propertiesOf, readSchema, typeOf, waysOf, wordOf } from './json-schema.ts';

/** One of several shapes, and then that. */
export function ChoiceField({
  schema,
  value,
  onValue,
  label,
  about,
  error,
  ...rest
}: ControlProps) {
  const { root } = rest;
  const ways = waysOf(schema).map((way) => readSchema(way, root));
  const [picked, setPicked] = useState<number>();
  const unset = value === undefined && picked === undefined;
  const at = picked ?? chosenWay(schema, root, value);
  const way = unset ? undefined : ways[at];
  return (
    <div className="flex flex-col gap-3">
      <Field label={label} about={about} error={error} required={rest.required}>
        <Select
          disabled={rest.disabled}
          options={[
            { value: '', label: rest.required ? 'Choose one' : 'Not set' },
            ...ways.map((each, position) => ({
              value: String(position),
              label: wordOf(each, 'title') ?? nameOfWay(each, position),
            })),
          ]}
          value={unset ? '' : String(at)}
          onValue={(next) => {
            const position = next === '' ? undefined : Number(next);
            setPicked(position);
            const chosen = position === undefined ? undefined : ways[position];
            onValue(chosen && startOf(chosen, root));
          }}
        />
      </Field>
      {way &&
        controlOf(way) !== 'fixed' &&
        rest.draw({
          ...rest,
          key: at,
          schema: { title: 'Its value', ...way },
          depth: rest.depth + 1,
          value,
          onValue,
        })}
    </div>
  );
}

/** What a shape begins with: its constants and defaults. */
function startOf(way: ReturnType<typeof readSchema>, root: ControlProps['root']): unknown {
  if (controlOf(way) === 'fixed') return way['const'];
  return controlOf(way) === 'object' || Object.hasOwn(way, 'default')
    ? initialValue(way, root)
    : undefined;
}

function nameOfWay(way: ReturnType<typeof readSchema>, position: number): string {
  if (Object.hasOwn(way, 'const')) return String(way['const']);
  const names = Object.keys(propertiesOf(way));
  if (names.length > 0) return names.slice(0, 3).join(', ');
  return typeOf(way) ?? `Shape ${position + 1}`;
}
