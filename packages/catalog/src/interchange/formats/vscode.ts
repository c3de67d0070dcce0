import { type Fields, isFields, textOf } from '../document.ts';
import type { AskedInput, RawResult } from '../raw-server.ts';
import { readSection } from './mcp-servers.ts';

/** VS Code's `mcp.json`, or the `mcp` object in its `settings.json`. */
export function readVsCode(document: Fields): RawResult {
  const nested = document['mcp'];
  const root = isFields(nested) && !isFields(document['servers']) ? nested : document;
  const { servers, problems } = readSection(root['servers'], {
    silent: ['gallery', 'version', 'dev'],
    told: {
      sandbox: 'its sandbox settings are not carried over: give a network policy here',
      sandboxEnabled: 'its sandbox settings are not carried over: give a network policy here',
    },
  });
  return { servers, problems, inputs: readInputs(root['inputs']) };
}

function readInputs(value: unknown): ReadonlyMap<string, AskedInput> {
  const inputs = new Map<string, AskedInput>();
  for (const each of Array.isArray(value) ? value.filter(isFields) : []) {
    const id = textOf(each['id']);
    if (id === undefined) continue;
    const description = textOf(each['description']);
    const standard = textOf(each['default']);
    inputs.set(id, {
      secret: each['password'] === true,
      ...(description !== undefined && { description }),
      ...(standard !== undefined && each['type'] !== 'command' && { default: standard }),
    });
  }
  return inputs;
}
