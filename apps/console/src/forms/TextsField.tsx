import { Plus, X } from 'lucide-react';

import { Button } from '../ui/Button.tsx';
import { IconButton } from '../ui/IconButton.tsx';
import { TextInput } from '../ui/TextInput.tsx';
import { wordOf } from './json-schema.ts';
import { type ControlProps, placeholderOf } from './control.ts';

/** A list of texts, a line each. */
export function TextsField({ schema, value, onValue, disabled, ...field }: ControlProps) {
  const texts = Array.isArray(value) ? value.map(String) : [];
  const title = wordOf(schema, 'title') ?? field.name;
  const put = (next: readonly string[]) =>
    onValue(next.length === 0 && !field.required ? undefined : next);
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">
        {field.label}
        {field.required && <span className="text-bad"> *</span>}
      </legend>
      {texts.map((text, position) => (
        <div key={position} className="flex gap-1.5">
          <TextInput
            aria-label={`${title} ${position + 1}`}
            value={text}
            disabled={disabled}
            placeholder={placeholderOf(schema)}
            onChange={({ currentTarget }) =>
              put(texts.map((each, at) => (at === position ? currentTarget.value : each)))
            }
          />
          <IconButton
            label={`Take away ${title} ${position + 1}`}
            icon={<X className="size-4" aria-hidden />}
            disabled={disabled}
            onClick={() => put(texts.filter((_, at) => at !== position))}
          />
        </div>
      ))}
      <Button
        size="small"
        className="self-start"
        icon={<Plus className="size-4" aria-hidden />}
        disabled={disabled}
        aria-label={`Add to ${title}`}
        onClick={() => put([...texts, ''])}
      >
        Add
      </Button>
      <div className="text-xs leading-5 text-faint empty:hidden">{field.about}</div>
      {field.error !== undefined && <p className="text-xs text-bad">{field.error}</p>}
    </fieldset>
  );
}
