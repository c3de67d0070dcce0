import { missingCapabilityError } from '@plugboard/protocol';

import { valueAt } from '../../call/value-at.ts';

const tasks = 'io.modelcontextprotocol/tasks';
const taskMethods: ReadonlySet<string> = new Set(['tasks/get', 'tasks/update', 'tasks/cancel']);

/**
 * Throws `ModernError` -32021 for a method of an extension that the client has not declared with its
 * request (io.modelcontextprotocol/tasks, required capabilities).
 */
export function requireExtension(method: string, capabilities: unknown): void {
  if (!taskMethods.has(method) || declaresTasks(capabilities)) return;
  throw missingCapabilityError({ extensions: { [tasks]: {} } });
}

/** Whether a client that declared these capabilities knows what tasks are. */
export function declaresTasks(capabilities: unknown): boolean {
  const declared = valueAt(capabilities, ['extensions', tasks]);
  return typeof declared === 'object' && declared !== null;
}
