import type {
  ConfigurationChange,
  ConfigurationView,
  DescribedConfiguration,
} from '@plugboard/contracts/api';

import { isObject, isSecret, own, propertiesOf } from '../../../forms/json-schema.ts';

type Values = Readonly<Record<string, unknown>>;

/** What is being changed of a configuration. */
export interface Draft {
  /** Of the server's own schema; secrets that are to be replaced among them. */
  readonly values: Values;
  /** How it runs: see `launch-schema.ts`. */
  readonly launch: Values;
  /** Absent: none. */
  readonly preset: string | undefined;
  readonly template: string | undefined;
}

/** What is in force, as a draft. */
export function draftOf(view: ConfigurationView, launch: Values): Draft {
  return {
    values: valuesInForce(view),
    launch,
    preset: view.own?.preset,
    template: view.own?.template,
  };
}

/** Settings of the server's schema, by key, as they are in force. */
export function valuesInForce({ entries }: ConfigurationView): Values {
  return Object.fromEntries(
    entries.flatMap(({ path, value }) =>
      path.startsWith('values.') && value !== undefined
        ? [[path.slice('values.'.length), value]]
        : [],
    ),
  );
}

/** What differs of a draft from what is in force: what is left out stays, null takes away. */
export function changeOf(
  draft: Draft,
  view: ConfigurationView,
  described: DescribedConfiguration,
  launchPatch: NonNullable<ConfigurationChange['settings']> | undefined,
): ConfigurationChange | undefined {
  const properties = propertiesOf(described.schema);
  const secret = new Set(
    Object.entries(properties)
      .filter(([, property]) => isObject(property) && isSecret(property))
      .map(([key]) => key),
  );
  const before = valuesInForce(view);
  const values: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(draft.values)])) {
    const value = own(draft.values, key);
    if (secret.has(key)) {
      if (typeof value === 'string' && value !== '') secrets[key] = value;
    } else if (!isSame(value, own(before, key))) {
      values[key] = value ?? null;
    }
  }
  const settings = {
    ...(draft.preset !== view.own?.preset && { preset: draft.preset ?? null }),
    ...(draft.template !== view.own?.template && { template: draft.template ?? null }),
    ...(Object.keys(values).length > 0 && { values }),
    ...launchPatch,
  };
  const change = {
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- values are what the form made of the schema; the server checks them
  return Object.keys(change).length > 0 ? (change as ConfigurationChange) : undefined;
}

/** Whether two values of JSON are the same. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
