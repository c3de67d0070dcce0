import type { DescribedConfiguration } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { presentValue } from '../configuration/present-changes.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

export function addConfigSchemaCommand(config: Command, session: Session): void {
  config
    .command('schema <server>')
    .description('what can be configured of a server; with --json, as JSON Schema')
    .option('--catalog', 'the name is one of the catalog, of a server that need not be installed')
    .action(async (name: string, { catalog }: { catalog?: boolean }) => {
      const api = await session.api();
      const described =
        catalog === true
          ? await api.configuration.describeServer({ server: name })
          : await api.configuration.describe({ instance: name });
      await session.show(described, () => presentSchema(described, session));
    });
}

function presentSchema(described: DescribedConfiguration, { style }: Session): string {
  const { server, version, open, schema, presets } = described;
  const head = `${style.strong(plainText(server))} ${plainText(version)}\n`;
  if (open) {
    return `${head}Nothing tells what it can be configured with. Give what it takes itself: --env, --arg, --header, --secret.\n`;
  }
  const rows = Object.entries(schema.properties).map(([key, property]) => {
    const facts = property['x-plugboard'];
    const kind = property.writeOnly === true ? 'secret' : (facts?.format ?? 'string');
    const choices = property.enum ? property.enum.map(String).join('|') : kind;
    const required = schema.required?.includes(key) === true ? style.warn('required') : '';
    const where = facts?.url === undefined ? '' : ` (${facts.url})`;
    return [
      style.name(plainText(key)),
      property.type === 'array' ? `${choices}, several` : plainText(choices),
      required,
      presentValue(property.default),
      plainText(`${property.description ?? ''}${where}`),
    ];
  });
  const list = rows.length === 0 ? 'It has nothing to configure.\n' : '';
  const named = presets.map(({ id, description }) => [style.name(id), plainText(description)]);
  return (
    head +
    list +
    (rows.length > 0 ? table(style, ['key', 'type', '', 'default', 'what it is'], rows) : '') +
    (named.length > 0 ? `\n${table(style, ['preset', 'what it is for'], named)}` : '')
  );
}
