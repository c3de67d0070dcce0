import { Untrusted } from '../ui/Untrusted.tsx';
import { BooleanField } from './BooleanField.tsx';
import { ChoiceField } from './ChoiceField.tsx';
import type { ControlProps, SchemaFieldProps } from './control.ts';
import { EnumField } from './EnumField.tsx';
import { FieldAbout } from './FieldAbout.tsx';
import { JsonField } from './JsonField.tsx';
import { controlOf, readSchema, wordOf } from './json-schema.ts';
import { NumberField } from './NumberField.tsx';
import { ObjectField } from './ObjectField.tsx';
import { TextField } from './TextField.tsx';
import { TextsField } from './TextsField.tsx';

const drawField: ControlProps['draw'] = ({ key, ...field }) => <SchemaField key={key} {...field} />;

/** One property of a form: the control that its schema is drawn with. */
export function SchemaField({ schema: raw, ...rest }: SchemaFieldProps) {
  const { name, path, root, depth, errors } = rest;
  const schema = readSchema(raw, root);
  const control: ControlProps = {
    ...rest,
    schema,
    label: <Untrusted>{wordOf(schema, 'title') ?? name}</Untrusted>,
    about: <FieldAbout name={name} schema={schema} />,
    draw: drawField,
    error: Object.hasOwn(errors, path) ? errors[path] : undefined,
  };
  switch (controlOf(schema, depth)) {
    case 'text':
    case 'long_text':
    case 'secret':
      return <TextField {...control} />;
    case 'number':
    case 'integer':
      return <NumberField {...control} />;
    case 'boolean':
      return <BooleanField {...control} />;
    case 'enum':
      return <EnumField {...control} />;
    case 'texts':
      return <TextsField {...control} />;
    case 'object':
      return <ObjectField {...control} />;
    case 'choice':
      return <ChoiceField {...control} />;
    case 'fixed':
      return null;
    case 'json':
      return <JsonField {...control} />;
  }
}
