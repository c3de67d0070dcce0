import type { ReactNode } from 'react';

import { type JsonSchema, own } from './json-schema.ts';

export interface SchemaFieldProps {
  readonly name: string;
  readonly path: string;
  readonly schema: unknown;
  readonly root: JsonSchema;
  readonly depth: number;
  readonly required: boolean;
  readonly value: unknown;
  readonly onValue: (value: unknown) => void;
  readonly errors: Readonly<Record<string, string>>;
  readonly disabled: boolean;
}

/** What every control is given. */
export interface ControlProps extends Omit<SchemaFieldProps, 'schema'> {
  readonly schema: JsonSchema;
  readonly label: ReactNode;
  readonly about: ReactNode;
  readonly error: string | undefined;
  /** Draws a property within this one. */
  readonly draw: (field: SchemaFieldProps & { readonly key: string | number }) => ReactNode;
}

/** What holds where nothing is written, or an example of what belongs there. */
export function placeholderOf(schema: JsonSchema): string | undefined {
  const { examples } = schema;
  const example: unknown =
    own(schema['x-plugboard'], 'placeholder') ??
    (Array.isArray(examples) ? examples[0] : undefined);
  return typeof example === 'string' || typeof example === 'number'
    ? String(example).slice(0, 120)
    : undefined;
}
