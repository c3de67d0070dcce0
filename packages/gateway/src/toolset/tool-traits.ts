import { headerParameters, type HeaderParameter } from '@plugboard/protocol';

import { valueAt } from '../call/value-at.ts';
import type { Offering } from '../ports.ts';

/** The extension of clients that show the pages of MCP Apps, and may call what only those may use. */
export const appsExtension = 'io.modelcontextprotocol/ui';

const noParameters: readonly HeaderParameter[] = [];
const parameters = new WeakMap<Offering, readonly HeaderParameter[] | 'invalid'>();

/**
 * The arguments of a tool that HTTP requests of the modern era repeat in headers; undefined when its
 * annotations break the rules, so that no client may use it over HTTP. Read once per offering.
 */
export function headerParametersOf(offering: Offering): readonly HeaderParameter[] | undefined {
  let found = parameters.get(offering);
  if (found === undefined) {
    found = mayHold(offering, 'x-mcp-header')
      ? (headerParameters(valueAt(parsed(offering), ['inputSchema'])) ?? 'invalid')
      : noParameters;
    parameters.set(offering, found);
  }
  return found === 'invalid' ? undefined : found;
}

const appOnly = new WeakMap<Offering, boolean>();

/**
 * Whether a tool is for the pages of MCP Apps alone: its `_meta.ui.visibility` names whom it is for,
 * and the model is not among them (MCP Apps 2026-01-26). Read once per offering.
 */
export function isAppOnly(offering: Offering): boolean {
  let found = appOnly.get(offering);
  if (found === undefined) {
    found = mayHold(offering, 'visibility') && hidesFromModel(parsed(offering));
    appOnly.set(offering, found);
  }
  return found;
}

function hidesFromModel(definition: unknown): boolean {
  const visibility = valueAt(definition, ['_meta', 'ui', 'visibility']);
  return Array.isArray(visibility) && visibility.length > 0 && !visibility.includes('model');
}

/** Whether a client that declared these capabilities shows MCP Apps. */
export function showsApps(capabilities: unknown): boolean {
  const settings = valueAt(capabilities, ['extensions', appsExtension]);
  return typeof settings === 'object' && settings !== null;
}

function parsed({ definition }: Offering): unknown {
  return JSON.parse(definition.toString());
}

function mayHold({ kind, definition }: Offering, key: string): boolean {
  return kind === 'tool' && (definition.includes(key) || definition.includes('\\u'));
}
