import type { OfferingKind } from '@plugboard/contracts';
import { type Edit, findMember, JsonSyntaxError, readString, splice } from '@plugboard/protocol';

import type { Offering } from '../ports.ts';
import { exposeUri } from './naming.ts';

/** The definition's member that holds its name. */
const nameMember: Readonly<Record<OfferingKind, string>> = {
  tool: 'name',
  prompt: 'name',
  resource: 'uri',
  resource_template: 'uriTemplate',
};

/**
 * The definition as an endpoint that aggregates shows it: with its exposed name, and with the exposed
 * URI of the page that shows its results (MCP Apps); every other byte as the server wrote it.
 * Undefined when it holds a name twice in different case, so that clients would disagree about it.
 */
export function exposeDefinition(
  offering: Offering,
  exposed: string,
  instanceSlug: string,
): Buffer | undefined {
  const bytes = offering.definition;
  const whole = { start: 0, end: bytes.length };
  try {
    const name = findMember(bytes, whole, nameMember[offering.kind]);
    if (!name) return undefined;
    const edits: Edit[] = [{ range: name, replacement: JSON.stringify(exposed) }];
    if (offering.kind === 'tool') edits.push(...pageEdits(bytes, instanceSlug));
    return splice(
      bytes,
      edits.sort((a, b) => a.range.start - b.range.start),
    );
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** Both spellings of where a tool's page is: `_meta.ui.resourceUri` and `_meta["ui/resourceUri"]`. */
function pageEdits(bytes: Buffer, instanceSlug: string): Edit[] {
  if (!bytes.includes('resourceUri') && !bytes.includes('\\u')) return [];
  const meta = findMember(bytes, { start: 0, end: bytes.length }, '_meta');
  if (!meta || bytes[meta.start] !== 0x7b) return [];
  const ui = findMember(bytes, meta, 'ui');
  return [
    ui && bytes[ui.start] === 0x7b ? findMember(bytes, ui, 'resourceUri') : undefined,
    findMember(bytes, meta, 'ui/resourceUri'),
  ].flatMap((range) => {
    const uri = range && readString(bytes, range);
    if (range === undefined || uri === undefined) return [];
    return [{ range, replacement: JSON.stringify(exposeUri(instanceSlug, uri)) }];
  });
}
