import type { AccessDecision, OfferingDefinition } from '@plugboard/contracts/api';
import { Play, Square } from 'lucide-react';
import { useState } from 'react';

import { checkValue } from '../../forms/check-value.ts';
import { initialValue, readJson, UnreadJson } from '../../forms/form-value.ts';
import { isObject } from '../../forms/json-schema.ts';
import { SchemaForm } from '../../forms/SchemaForm.tsx';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { LevelBadge } from '../../ui/LevelBadge.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { TextArea, TextInput } from '../../ui/TextInput.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { inputSchemaOf } from './input-schema.ts';

export interface CallFormProps {
  readonly tool: AccessDecision;
  readonly definition: OfferingDefinition;
  readonly busy: boolean;
  readonly onRun: (name: string, input: Readonly<Record<string, unknown>>) => void;
  readonly onStop: () => void;
  /** What to begin with, when a call is made again. */
  readonly start: Readonly<Record<string, unknown>> | undefined;
}

/** What a tool is called with: a form of its schema, or the JSON itself. */
export function CallForm({ tool, definition, busy, onRun, onStop, start }: CallFormProps) {
  const schema = inputSchemaOf(tool.kind, definition.definition);
  const [value, setValue] = useState<unknown>(() => start ?? initialValue(schema));
  const [as, setAs] = useState<'form' | 'json'>('form');
  const [text, setText] = useState('');
  const [uri, setUri] = useState(tool.name);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const isResource = tool.kind === 'resource' || tool.kind === 'resource_template';

  const show = (next: 'form' | 'json') => {
    if (next === 'json') setText(JSON.stringify(value, null, 2));
    else {
      const read = readJson(text);
      if (read instanceof UnreadJson || !isObject(read ?? {})) {
        setErrors({ '': 'Write one JSON object first, such as {"path": "/tmp"}.' });
        return;
      }
      setValue(read ?? {});
    }
    setErrors({});
    setAs(next);
  };
  const run = () => {
    if (isResource) {
      onRun(uri, {});
      return;
    }
    const input = as === 'json' ? (readJson(text) ?? {}) : value;
    if (input instanceof UnreadJson || !isObject(input)) {
      setErrors({ '': 'Write one JSON object, such as {"path": "/tmp"}.' });
      return;
    }
    // In raw JSON anything may be tried, also what the schema forbids: the server's answer is what is tested.
    const faults = as === 'form' ? checkValue(schema, input) : {};
    setErrors(faults);
    if (Object.keys(faults).length === 0) onRun(tool.name, input);
  };
  const title = textOf(definition.definition, 'title');
  const about = textOf(definition.definition, 'description');

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) run();
      }}
    >
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <h3 className="flex flex-wrap items-center gap-2 font-semibold">
            <Untrusted>{title ?? tool.name}</Untrusted>
            <LevelBadge level={tool.level} />
          </h3>
          {about !== undefined && (
            <Untrusted className="mt-1 line-clamp-4 text-sm text-soft">{about}</Untrusted>
          )}
        </div>
        {!isResource && (
          <SegmentedControl
            label="Write the arguments as"
            value={as}
            onValue={show}
            options={[
              { value: 'form', label: 'Form' },
              { value: 'json', label: 'JSON' },
            ]}
          />
        )}
      </div>
      {isResource ? (
        <Field
          label="URI"
          about={
            tool.kind === 'resource_template'
              ? 'Put values in place of what stands in braces.'
              : undefined
          }
        >
          <TextInput
            value={uri}
            className="font-mono"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setUri(event.currentTarget.value)}
          />
        </Field>
      ) : as === 'json' ? (
        <Field label="Arguments" error={errors['']}>
          <TextArea
            value={text}
            rows={10}
            spellCheck={false}
            className="font-mono text-xs"
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </Field>
      ) : (
        <SchemaForm schema={schema} value={value} onValue={setValue} errors={errors} />
      )}
      <div className="flex items-center gap-3">
        <Button
          type="submit"
          variant="primary"
          busy={busy}
          icon={<Play className="size-4" aria-hidden />}
        >
          {isResource ? 'Read it' : tool.kind === 'prompt' ? 'Get it' : 'Call it'}
        </Button>
        {busy && (
          <Button icon={<Square className="size-4" aria-hidden />} onClick={onStop}>
            Stop waiting
          </Button>
        )}
        {!tool.allowed && <p className="text-xs text-warn">It will be refused: see why below.</p>}
      </div>
    </form>
  );
}

function textOf(definition: unknown, key: string): string | undefined {
  const value = isObject(definition) ? definition[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
