import type { Client } from './client.ts';

/** What a client's section holds, by name. */
export type ClientEntries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Entries as they stand in a client's file; `more` is what stands beside the section in JSON. */
export function printEntries(
  client: Client,
  entries: ClientEntries,
  more: Readonly<Record<string, unknown>> = {},
): string {
  if (client.format === 'json') {
    return JSON.stringify({ ...more, [client.section]: entries }, null, 2);
  }
  return Object.entries(entries)
    .map(([name, entry]) => tomlTable(client.section, name, entry))
    .join('\n\n');
}

/** The table `[section.name]` in TOML's own words. */
export function tomlTable(
  section: string,
  name: string,
  entry: Readonly<Record<string, unknown>>,
): string {
  const rows = Object.entries(entry).map(([key, value]) => `${key} = ${tomlValue(value)}`);
  return [`[${section}.${name}]`, ...rows].join('\n');
}

/** JSON's strings are TOML's basic strings as well. */
function tomlValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, inner]) => `${key} = ${tomlValue(inner)}`);
  return `{ ${pairs.join(', ')} }`;
}
