import type { ServerJson } from '../server-json.ts';
import { type ConfigurationFacts, configurationFacts } from './catalog-facts.ts';
import { fieldsOf, keyedSlots } from './keys.ts';
import { defaultTarget, type LaunchTarget } from './launch-target.ts';
import { isSafePattern } from './safe-pattern.ts';
import type { Field, Slot, SlotPlace } from './slots.ts';

/** What a form and a command line need besides JSON Schema's own words. */
export interface PropertyFacts {
  readonly in: SlotPlace;
  /** The variable, header or flag that it goes to; absent for a positional argument and the URL. */
  readonly name?: string;
  readonly secret: boolean;
  readonly format: 'string' | 'number' | 'boolean' | 'filepath';
  readonly placeholder?: string;
  /** What kind of credential it is, and the page where one is made. */
  readonly credential?: string;
  readonly url?: string;
  /** Whether a call is known that shows that it is right. */
  readonly testable?: boolean;
}

export interface ConfigurationProperty {
  readonly type: 'string' | 'number' | 'boolean' | 'array' | ('string' | 'boolean')[];
  readonly title: string;
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly enum?: (string | number)[];
  readonly pattern?: string;
  readonly items?: Pick<ConfigurationProperty, 'type' | 'enum' | 'pattern'>;
  /** Set for secrets: their values are taken and never given. */
  readonly writeOnly?: true;
  readonly 'x-plugboard': PropertyFacts;
}

/** A JSON Schema (2020-12) of what can be configured, one property per key. */
export interface ConfigurationSchema {
  readonly $schema: 'https://json-schema.org/draft/2020-12/schema';
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ConfigurationProperty>>;
  /** Keys without which it cannot start, secrets among them. */
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/**
 * The configuration of a server as JSON Schema, for forms and for the command line. Its keys are
 * those of `InstanceSettings.values`, and of the secrets. Texts in it are the publisher's: plain text,
 * to be shown as such.
 */
export function configurationSchema(entry: ServerJson, target: LaunchTarget): ConfigurationSchema {
  const facts = configurationFacts(entry);
  const properties: [string, ConfigurationProperty][] = [];
  const required: string[] = [];
  for (const slot of keyedSlots(entry, target)) {
    for (const field of fieldsOf(slot)) {
      const property = toProperty(slot, field, facts);
      properties.push([field.key, property]);
      const preset = slot.in === 'env' && Object.hasOwn(facts?.launch.env ?? {}, slot.name ?? '');
      if (field.required && field.input.default === undefined && !preset) required.push(field.key);
    }
  }
  return schemaOf(Object.fromEntries(properties), required);
}

/** That of the way Plugboard runs it by default; empty when it has none. */
export function defaultConfigurationSchema(entry: ServerJson): ConfigurationSchema {
  const target = defaultTarget(entry);
  return target ? configurationSchema(entry, target) : schemaOf({}, []);
}

function schemaOf(
  properties: Readonly<Record<string, ConfigurationProperty>>,
  required: readonly string[],
): ConfigurationSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  };
}

function toProperty(
  slot: Slot,
  field: Field,
  facts: ConfigurationFacts | undefined,
): ConfigurationProperty {
  const { input, secret, key } = field;
  const credential = facts?.credentials.find((each) => each.key === key || each.key === slot.name);
  const format = input.format ?? 'string';
  const pattern = credential?.format;
  const value = {
    type: typeOf(slot, field),
    ...(input.choices &&
      input.choices.length > 0 && {
        enum: format === 'number' ? input.choices.map(Number) : input.choices,
      }),
    ...(pattern !== undefined &&
      isSafePattern(pattern) &&
      format !== 'number' && { pattern: `^(?:${pattern})$` }),
  };
  return {
    ...(slot.repeated ? { type: 'array', items: value } : value),
    title: credential?.title ?? key,
    ...(input.description !== undefined && { description: input.description }),
    ...(input.default !== undefined &&
      !secret &&
      !slot.repeated && { default: typedDefault(input.default, format) }),
    ...(secret && { writeOnly: true as const }),
    'x-plugboard': {
      in: slot.in,
      ...(slot.in !== 'url' && slot.name !== undefined && { name: slot.name }),
      secret,
      format,
      ...(input.placeholder !== undefined && { placeholder: input.placeholder }),
      ...(credential && { credential: credential.kind }),
      ...(credential?.url !== undefined && { url: credential.url }),
      ...(credential?.test && { testable: true }),
    },
  };
}

function typeOf(slot: Slot, { input, variable }: Field): ConfigurationProperty['type'] {
  if (input.format === 'number') return 'number';
  if (input.format === 'boolean') return 'boolean';
  return slot.flag && variable === undefined ? ['string', 'boolean'] : 'string';
}

function typedDefault(text: string, format: PropertyFacts['format']): string | number | boolean {
  if (format === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) {
    return Number(text);
  }
  return format === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
}
