import { type Fields, isFields, textOf, textsOf } from '../document.ts';
import { type Dialect, pairsOf, type RawResult, type RawServer, readRaw } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

const dialect: Dialect = {
  headers: ['http_headers'],
  silent: [
    'bearer_token_env_var',
    'env_http_headers',
    'env_vars',
    'enabled_tools',
    'disabled_tools',
    'required',
  ],
  told: {
    startup_timeout_sec: 'its time limits are not carried over',
    startup_timeout_ms: 'its time limits are not carried over',
    tool_timeout_sec: 'its time limits are not carried over',
    scopes: 'its OAuth settings are not carried over: connect it here',
    tools: 'settings of single tools are not carried over',
  },
};

/** Codex' `config.toml`. */
export function readCodex(document: Fields): RawResult {
  return readSection(document['mcp_servers'], dialect, readServer);
}

function readServer(name: string, fields: Fields): RawServer {
  const raw = readRaw(name, fields, dialect);
  const problems = [...raw.problems];
  const headers = new Map(raw.headers);
  const env = new Map(raw.env);
  for (const [header, variable] of pairsOf('headers', fields['env_http_headers'], problems)) {
    headers.set(header, `\${${variable}}`);
  }
  const token = textOf(fields['bearer_token_env_var']);
  if (token !== undefined) headers.set('Authorization', `Bearer \${${token}}`);
  const passed: readonly unknown[] = Array.isArray(fields['env_vars']) ? fields['env_vars'] : [];
  for (const each of passed) {
    const variable = textOf(isFields(each) ? each['name'] : each);
    if (variable !== undefined) env.set(variable, `\${${variable}}`);
  }
  return {
    ...raw,
    headers,
    env,
    problems,
    allowedTools: textsOf(fields['enabled_tools']),
    disabledTools: textsOf(fields['disabled_tools']) ?? [],
  };
}
