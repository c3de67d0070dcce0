import path from 'node:path';

import { clients, type ImportFormat, type Places } from '@plugboard/contracts';

/** A file in which a client may keep servers. */
export interface ConfigFile {
  readonly client: string;
  readonly format: ImportFormat;
  readonly file: string;
}

/** Files of a project, from its folder. */
const projectFiles: readonly (readonly [client: ImportFormat, file: string])[] = [
  ['claude-code', '.mcp.json'],
  ['cursor', '.cursor/mcp.json'],
  ['vscode', '.vscode/mcp.json'],
  ['vscode', '.vscode/settings.json'],
  ['codex', '.codex/config.toml'],
  ['gemini', '.gemini/settings.json'],
  ['zed', '.zed/settings.json'],
  ['opencode', 'opencode.json'],
];

/** Where the known clients keep servers: for all of a person's work, and for the project at `cwd`. */
export function configFiles(places: Places, cwd: string): readonly ConfigFile[] {
  const own = clients.flatMap((client): ConfigFile[] => {
    const format = formatOf(client.id);
    const file = client.file(places);
    const files = [file];
    // Before it had a file of its own, VS Code kept servers in its settings.
    if (client.id === 'vscode') files.push(path.join(path.dirname(file), 'settings.json'));
    return format ? files.map((each) => ({ client: client.id, format, file: each })) : [];
  });
  const project = projectFiles.map(([client, file]) => ({
    client,
    format: client,
    file: path.join(cwd, file),
  }));
  return [...own, ...project];
}

const formats: ReadonlySet<string> = new Set<ImportFormat>([
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'windsurf',
  'codex',
  'gemini',
  'zed',
  'opencode',
]);

function formatOf(id: string): ImportFormat | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the set has formats alone
  return formats.has(id) ? (id as ImportFormat) : undefined;
}
