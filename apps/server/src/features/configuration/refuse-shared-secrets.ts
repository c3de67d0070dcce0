import {
  type ConfigurationProblem,
  configurationSchema,
  defaultTarget,
  looksLikeSecret,
  secretsInArguments,
  type ServerJson,
} from '@plugboard/catalog';
import type { InstanceSettings } from '@plugboard/contracts/api';

const cure =
  'and secrets are never shared: give it to each instance as a secret (plugboard config set INSTANCE --secret NAME).';

/**
 * What of settings for many is a secret: what a schema says is one, and what looks like one. Tells of
 * names, never of values.
 */
export function sharedSecretProblems(
  settings: InstanceSettings,
  entries: readonly ServerJson[],
): readonly ConfigurationProblem[] {
  const declared = new Set(entries.flatMap(secretKeys));
  const { values = {}, env = {}, headers = {}, args = [] } = settings;
  const named = [
    ...Object.entries(values).map(([key, value]) => [key, key, value] as const),
    ...Object.entries(env).map(([name, value]) => [`env.${name}`, name, value] as const),
    ...Object.entries(headers).map(([name, value]) => [`headers.${name}`, name, value] as const),
  ];
  return [
    ...named.flatMap(([key, name, value]) => {
      if (declared.has(name)) return [{ key, message: `is a secret of this server, ${cure}` }];
      const texts = (Array.isArray(value) ? value : [value]).map(String);
      const found = texts.some((text) => looksLikeSecret(name, text));
      return found ? [{ key, message: `looks like a secret, ${cure}` }] : [];
    }),
    ...secretsInArguments(args).map((index) => ({
      key: `args.${index}`,
      message: `looks like a secret, ${cure}`,
    })),
  ];
}

function secretKeys(entry: ServerJson): readonly string[] {
  const target = defaultTarget(entry);
  if (!target) return [];
  return Object.entries(configurationSchema(entry, target).properties).flatMap(
    ([key, property]) => {
      const { secret, name } = property['x-plugboard'];
      return secret ? [key, ...(name === undefined ? [] : [name])] : [];
    },
  );
}
