import {
  isObject,
  type JsonSchema,
  own,
  propertiesOf,
  readSchema,
  requiredOf,
} from './json-schema.ts';
import { withMember } from './form-value.ts';
import { SchemaField } from './SchemaField.tsx';

export interface SchemaFormProps {
  /** A JSON Schema of an object, as a server sends it: it is trusted in nothing. */
  readonly schema: JsonSchema;
  readonly value: unknown;
  /** Given the whole value with every change. What is left empty is not in it. */
  readonly onValue: (value: Readonly<Record<string, unknown>>) => void;
  /** What is wrong, by path (`a.b`): of `checkValue`, or of `formErrors` from what the server said. */
  readonly errors?: Readonly<Record<string, string>>;
  /** Properties that are asked for elsewhere. */
  readonly without?: ReadonlySet<string>;
  /** Nothing can be changed. */
  readonly disabled?: boolean;
}

const none: Readonly<Record<string, string>> = {};

/**
 * A form made of a JSON Schema. Begin with `initialValue(schema)`; before sending, `checkValue(schema,
 * value)` tells what is wrong. What no control can draw is written as JSON.
 */
export function SchemaForm({
  schema: raw,
  value,
  onValue,
  errors = none,
  without,
  disabled = false,
}: SchemaFormProps) {
  const schema = readSchema(raw, raw);
  const required = requiredOf(schema);
  const names = Object.keys(propertiesOf(schema)).filter((name) => without?.has(name) !== true);
  return (
    <div className="flex flex-col gap-4">
      {names.map((name) => (
        <SchemaField
          key={name}
          name={name}
          path={name}
          schema={propertiesOf(schema)[name]}
          root={raw}
          depth={1}
          required={required.has(name)}
          value={own(value, name)}
          onValue={(next) => onValue(withMember(value, name, next))}
          errors={errors}
          disabled={disabled}
        />
      ))}
      {names.length === 0 && isOpen(schema) && (
        <SchemaField
          name="Values"
          path=""
          schema={{ description: 'It says nothing about what it takes: write JSON.' }}
          root={raw}
          depth={1}
          required={false}
          value={isObject(value) && Object.keys(value).length > 0 ? value : undefined}
          onValue={(next) => onValue(isObject(next) ? next : {})}
          errors={errors}
          disabled={disabled}
        />
      )}
    </div>
  );
}

/** Whether it takes members that it does not name. */
function isOpen(schema: JsonSchema): boolean {
  return schema['additionalProperties'] === true || isObject(schema['additionalProperties']);
}
