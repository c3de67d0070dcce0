import type { ConfigurationSchema } from './configuration-schema.ts';

interface OpenProperty {
  readonly type: 'object' | 'array';
  readonly title: string;
  readonly description: string;
  readonly [word: string]: unknown;
}

/** What can be configured of a server that no entry describes: an npm package by name, or a URL. */
export interface OpenConfigurationSchema {
  readonly $schema: ConfigurationSchema['$schema'];
  readonly type: 'object';
  readonly properties: Readonly<Record<string, OpenProperty>>;
  readonly additionalProperties: false;
}

const $schema = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The open schema, whose properties are those of `InstanceSettings` itself: `args` and `env` for a
 * package, `headers` for a remote.
 */
export function openConfigurationSchema(kind: 'package' | 'remote'): OpenConfigurationSchema {
  const texts = { type: 'object' as const, additionalProperties: { type: 'string' } };
  const properties: OpenConfigurationSchema['properties'] =
    kind === 'remote'
      ? {
          headers: {
            ...texts,
            title: 'HTTP headers',
            description: 'Sent with every request. Not for secrets.',
          },
        }
      : {
          args: {
            type: 'array',
            items: { type: 'string' },
            title: 'Arguments',
            description: 'Each is passed whole; no shell reads them. Not for secrets.',
          },
          env: { ...texts, title: 'Environment variables', description: 'Not for secrets.' },
        };
  return { $schema, type: 'object', properties, additionalProperties: false };
}
