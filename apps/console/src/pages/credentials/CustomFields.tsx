import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { SecretInput } from '../../ui/SecretInput.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import type { SecretFieldsProps } from './SecretFields.tsx';

/** Fields of any name, as a server may want them. */
export function CustomFields({ errors, names }: Pick<SecretFieldsProps, 'errors' | 'names'>) {
  const first = names !== undefined && names.length > 0 ? names : [''];
  const [rows, setRows] = useState(() => first.map((name, id) => ({ id, name })));
  const [next, setNext] = useState(first.length);
  const add = () => {
    setRows([...rows, { id: next, name: '' }]);
    setNext(next + 1);
  };
  const problems = Object.entries(errors);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">Fields</legend>
      {rows.map(({ id, name }, position) => (
        <div key={id} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_2.25rem] gap-2">
          <TextInput
            name="custom-name"
            aria-label={`Name of field ${position + 1}`}
            placeholder="name"
            defaultValue={name}
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
          />
          <SecretInput name="custom-value" aria-label={`Value of field ${position + 1}`} />
          <IconButton
            label={`Remove field ${position + 1}`}
            disabled={rows.length === 1}
            icon={<Trash2 className="size-4" aria-hidden />}
            onClick={() => setRows(rows.filter((row) => row.id !== id))}
          />
        </div>
      ))}
      {problems.map(([field, message]) => (
        <p key={field} role="alert" className="text-xs text-bad">
          {field !== '' && <code>{field}</code>} {message}
        </p>
      ))}
      <p className="text-xs text-faint">
        Names are letters, digits and underscores; a slot’s template puts them in its place as{' '}
        <code>{'{name}'}</code>.
      </p>
      <div>
        <Button size="small" icon={<Plus className="size-4" aria-hidden />} onClick={add}>
          Add a field
        </Button>
      </div>
    </fieldset>
  );
}
