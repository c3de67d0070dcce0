import {
  type ConfigurationSchema,
  configurationFacts,
  configurationSchema,
  openConfigurationSchema,
  type ServerJson,
  type LaunchTarget,
} from '@plugboard/catalog';
import type { ConfigurationView, DescribedConfiguration } from '@plugboard/contracts/api';

import type { PresentInstance } from '../instances/revisions/present-instance.ts';
import { flatten, runsOtherwise } from './flatten.ts';
import type { Configured } from './reconfigure.ts';

/** The configuration of an instance; values only for those who may read launches. */
export function presentConfiguration(
  { row, stored }: PresentInstance,
  configured: Configured,
  showValues: boolean,
): ConfigurationView {
  const { candidate, environment, problems } = configured;
  return {
    instance: { id: row.id, slug: row.slug },
    server: candidate.serverName,
    version: candidate.version,
    revision: row.revision,
    environment,
    ...(showValues && { own: candidate.settings }),
    entries: flatten(configured).map(({ path, value, origin }) => ({
      path,
      ...(showValues && { value }),
      origin,
    })),
    secrets: presentSecrets(configured),
    inForce: !runsOtherwise(stored, candidate),
    // Messages may quote values.
    problems: showValues ? [...problems] : [],
  };
}

function presentSecrets({
  candidate,
  configured,
  filledSlots,
}: Configured): ConfigurationView['secrets'] {
  const declared = configured.resolved?.secrets ?? [];
  const names = new Set(declared.map(({ name }) => name));
  return [
    ...declared.map(({ key, name, required }) => ({
      key,
      name,
      required,
      set: Object.hasOwn(candidate.secrets, name) || filledSlots.includes(name),
    })),
    ...Object.keys(candidate.secrets)
      .filter((name) => !names.has(name))
      .map((name) => ({ key: name, name, required: false, set: true })),
  ];
}

export interface Describable {
  readonly serverName: string;
  readonly version: string;
  readonly entry: ServerJson | undefined;
  readonly target: LaunchTarget | undefined;
  readonly remote: boolean;
}

/** What can be configured, for forms and for the command line. */
export function describeConfiguration(server: Describable): DescribedConfiguration {
  const { serverName, version, entry, target, remote } = server;
  const schema = entry && target ? configurationSchema(entry, target) : undefined;
  const presets = (entry && configurationFacts(entry)?.presets) ?? [];
  return {
    server: serverName,
    version,
    open: schema === undefined,
    schema: schema ? presentSchema(schema) : openSchema(remote),
    presets: presets.map(({ id, title, description, values }) => ({
      id,
      title,
      description,
      values,
    })),
  };
}

function presentSchema(schema: ConfigurationSchema): DescribedConfiguration['schema'] {
  const properties = Object.fromEntries(
    Object.entries(schema.properties).map(([key, property]) => [
      key,
      { ...property, 'x-plugboard': { ...property['x-plugboard'] } },
    ]),
  );
  return { ...schema, properties, required: [...schema.required] };
}

function openSchema(remote: boolean): DescribedConfiguration['schema'] {
  const { $schema, type, properties, additionalProperties } = openConfigurationSchema(
    remote ? 'remote' : 'package',
  );
  return {
    $schema,
    type,
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, property]) => [key, { ...property }]),
    ),
    additionalProperties,
  };
}
