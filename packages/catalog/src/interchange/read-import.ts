import type { ImportFormat } from '@plugboard/contracts';

import { detectFormat } from './detect-format.ts';
import { type Fields, isFields, readJson, readToml, readYaml, UnreadableText } from './document.ts';
import { readClaudeCode } from './formats/claude-code.ts';
import { readClaudeDesktop } from './formats/claude-desktop.ts';
import { readCodex } from './formats/codex.ts';
import { readCursor } from './formats/cursor.ts';
import { readDocker, readDockerRun } from './formats/docker.ts';
import { readGemini } from './formats/gemini.ts';
import { readMcpHub } from './formats/mcphub.ts';
import { readMetaMcp } from './formats/metamcp.ts';
import { readOpencode } from './formats/opencode.ts';
import { readVsCode } from './formats/vscode.ts';
import { readWindsurf } from './formats/windsurf.ts';
import { readZed } from './formats/zed.ts';
import type { ImportResult } from './imported-server.ts';
import type { RawResult } from './raw-server.ts';
import { toImported } from './to-imported.ts';

export interface ImportOptions {
  /** Found out from the text when absent. */
  readonly format?: ImportFormat | undefined;
  /** What references stand for: by `env:NAME` and `input:ID`. */
  readonly given?: ReadonlyMap<string, string> | undefined;
}

/** Servers of one file at most. */
const maxServers = 500;

/**
 * Reads a client's or another gateway's configuration. Never throws: what cannot be read is among
 * the problems. Nothing is run, fetched or looked up, and no problem quotes a value.
 */
export function readImport(text: string, options: ImportOptions = {}): ImportResult {
  const problem = (message: string): ImportResult => ({
    format: options.format ?? 'claude-desktop',
    servers: [],
    problems: [message],
  });
  try {
    const read = readText(text, options.format);
    if (!read) {
      return problem(
        'This is no configuration of MCP servers that is known. Say what it is with --from, or give the part that holds the servers.',
      );
    }
    const { format, result } = read;
    const { servers, problems, inputs, bareReferences } = result;
    const resolving = {
      given: options.given ?? new Map<string, string>(),
      inputs: inputs ?? new Map(),
      bare: bareReferences ?? false,
    };
    const kept = servers.slice(0, maxServers);
    const tooMany =
      servers.length > maxServers ? [`Only the first ${maxServers} servers are read.`] : [];
    return {
      format,
      servers: kept.map((server) => toImported(server, resolving)),
      problems: [...problems, ...tooMany],
    };
  } catch (error) {
    if (error instanceof UnreadableText) return problem(error.message);
    throw error;
  }
}

function readText(
  text: string,
  told: ImportFormat | undefined,
): { format: ImportFormat; result: RawResult } | undefined {
  const line = text.trim();
  if (told === 'docker-run' || (told === undefined && /^(?:docker|podman)\s+run\s/.test(line))) {
    return { format: 'docker-run', result: readDockerRun(line) };
  }
  const document = readDocument(line, told);
  if (!isFields(document)) return undefined;
  const format = told ?? detectFormat(document);
  return format && { format, result: readers[format](document) };
}

function readDocument(text: string, told: ImportFormat | undefined): unknown {
  if (told === 'codex' || (told === undefined && /^\s*\[+\s*"?mcp_servers\b/m.test(text))) {
    return readToml(text);
  }
  const isJson = /^(?:\uFEFF)?\s*(?:\{|\[|\/\/|\/\*)/.test(text);
  return isJson ? readJson(text) : readYaml(text);
}

const readers: Readonly<Record<ImportFormat, (document: Fields) => RawResult>> = {
  'claude-desktop': readClaudeDesktop,
  'claude-code': readClaudeCode,
  cursor: readCursor,
  vscode: readVsCode,
  windsurf: readWindsurf,
  codex: readCodex,
  gemini: readGemini,
  zed: readZed,
  opencode: readOpencode,
  metamcp: readMetaMcp,
  mcphub: readMcpHub,
  docker: readDocker,
  'docker-run': () => ({ servers: [], problems: [] }),
};
