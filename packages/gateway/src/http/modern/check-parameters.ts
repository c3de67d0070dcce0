import { checkParameterHeaders, type RequestHeaders } from '@plugboard/protocol';

import { authorize } from '../../access/authorize.ts';
import { textAt, valueAt } from '../../call/value-at.ts';
import { subjectsOf } from '../../toolset/subjects.ts';
import { headerParametersOf } from '../../toolset/tool-traits.ts';
import type { Toolset } from '../../toolset/toolset.ts';

/**
 * Checks the `Mcp-Param-*` headers of a `tools/call` against the tool that it names (MCP 2026-07-28,
 * transports). Throws `ModernError` -32020. A tool that the agent may not use is not looked at: what
 * it demands is not for the agent to know.
 */
export function checkParameters(
  headers: RequestHeaders,
  toolset: Toolset,
  params: unknown,
  now: number,
): void {
  const entry = toolset.entries.tool.get(textAt(params, ['name']) ?? '');
  const parameters = entry && headerParametersOf(entry.offering);
  if (!entry || !parameters || parameters.length === 0) return;
  const subjects = subjectsOf(entry.instance, entry.offering, []);
  if (!authorize(toolset.grants, subjects, now).allowed) return;
  checkParameterHeaders(headers, parameters, valueAt(params, ['arguments']));
}
