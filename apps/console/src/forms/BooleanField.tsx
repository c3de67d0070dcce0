import { Field } from '../ui/Field.tsx';
import { SegmentedControl } from '../ui/SegmentedControl.tsx';
import { Switch } from '../ui/Switch.tsx';
import type { ControlProps } from './control.ts';
import { wordOf } from './json-schema.ts';

/** Yes or no; or neither, where that is something else. */
export function BooleanField({ schema, value, onValue, disabled, ...field }: ControlProps) {
  if (field.required || typeof schema['default'] === 'boolean') {
    return (
      <Field
        label={field.label}
        about={field.about}
        error={field.error}
        className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 [&>:nth-child(n+3)]:col-span-2"
      >
        <Switch
          checked={typeof value === 'boolean' ? value : schema['default'] === true}
          onChecked={onValue}
          disabled={disabled}
        />
      </Field>
    );
  }
  const options = [
    { value: 'unset', label: 'Not set' },
    { value: 'true', label: 'Yes' },
    { value: 'false', label: 'No' },
  ] as const;
  return (
    <div className="flex flex-col items-start gap-1.5">
      <p className="text-sm font-medium">{field.label}</p>
      <SegmentedControl
        label={wordOf(schema, 'title') ?? field.name}
        options={options}
        value={value === true ? 'true' : value === false ? 'false' : 'unset'}
        onValue={(next) => {
          if (!disabled) onValue(next === 'unset' ? undefined : next === 'true');
        }}
      />
      <div className="text-xs leading-5 text-faint">{field.about}</div>
      {field.error !== undefined && <p className="text-xs text-bad">{field.error}</p>}
    </div>
  );
}
