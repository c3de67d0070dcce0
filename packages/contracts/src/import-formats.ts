/** Whose configurations of MCP servers can be imported: clients first, then gateways, then Docker. */
export const importFormats = [
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'windsurf',
  'codex',
  'gemini',
  'zed',
  'opencode',
  'metamcp',
  'mcphub',
  'docker',
  'docker-run',
] as const;

export type ImportFormat = (typeof importFormats)[number];
