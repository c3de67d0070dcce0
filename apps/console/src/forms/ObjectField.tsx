import type { ControlProps } from './control.ts';
import { withMember } from './form-value.ts';
import { own, propertiesOf, requiredOf } from './json-schema.ts';

/** Properties within a property. */
export function ObjectField({ schema, value, onValue, ...rest }: ControlProps) {
  const required = requiredOf(schema);
  const { path, root, depth, errors, disabled, draw } = rest;
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-lg border border-line p-3 sm:p-4">
      <legend className="px-1 text-sm font-medium">{rest.label}</legend>
      <div className="text-xs leading-5 text-faint empty:hidden">{rest.about}</div>
      {rest.error !== undefined && <p className="text-xs text-bad">{rest.error}</p>}
      {Object.entries(propertiesOf(schema)).map(([name, property]) =>
        draw({
          key: name,
          name,
          path: path === '' ? name : `${path}.${name}`,
          schema: property,
          root,
          depth: depth + 1,
          required: required.has(name),
          value: own(value, name),
          onValue: (next) => {
            const changed = withMember(value, name, next);
            onValue(Object.keys(changed).length === 0 && !rest.required ? undefined : changed);
          },
          errors,
          disabled,
        }),
      )}
    </fieldset>
  );
}
