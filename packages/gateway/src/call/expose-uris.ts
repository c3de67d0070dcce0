import {
  type Edit,
  type Envelope,
  JsonSyntaxError,
  type Range,
  readString,
  scanArray,
  scanObject,
  spliceEnvelope,
} from '@plugboard/protocol';

import { exposeUri } from '../toolset/naming.ts';

/**
 * A server's answer to `method`, or its notification, as an endpoint that aggregates shows it: with
 * the exposed URIs of resources that it links, embeds, returns or speaks of; every other byte as it
 * was. `parseExposedUri` undoes each.
 *
 * A link to the web keeps its URL, which clients fetch without the server (MCP 2025-11-25, resources,
 * `https://`). Text that is no JSON passes as it is.
 */
export function exposeUris(method: string, message: Envelope, instanceSlug: string): Envelope {
  const { bytes } = message;
  const root = message.result ?? message.params;
  if (!root || (!bytes.includes(uriKey) && !bytes.includes(pageKey))) return message;
  try {
    const found: Range[] = [];
    findUris(method, bytes, root, found);
    const edits = found.flatMap((range): Edit[] => {
      const uri = readString(bytes, range);
      if (uri === undefined) return [];
      return [{ range, replacement: JSON.stringify(exposeUri(instanceSlug, uri)) }];
    });
    return spliceEnvelope(
      message,
      edits.sort((a, b) => a.range.start - b.range.start),
    );
  } catch (error) {
    if (error instanceof JsonSyntaxError) return message;
    throw error;
  }
}

const uriKey = Buffer.from('"uri"');
const pageKey = Buffer.from('resourceUri"');

function findUris(method: string, bytes: Buffer, root: Range, found: Range[]): void {
  switch (method) {
    case 'tools/call':
      inToolResult(bytes, root, found);
      return;
    case 'prompts/get':
      for (const message of at(bytes, [root], 'messages')) {
        for (const each of elements(bytes, message)) {
          for (const content of at(bytes, [each], 'content')) inContent(bytes, content, found);
        }
      }
      return;
    case 'resources/read':
      for (const contents of at(bytes, [root], 'contents')) {
        found.push(...at(bytes, elements(bytes, contents), 'uri'));
      }
      return;
    case 'tasks/get':
    case 'notifications/tasks':
      for (const result of at(bytes, [root], 'result')) inToolResult(bytes, result, found);
      return;
    case 'notifications/resources/updated':
      found.push(...at(bytes, [root], 'uri'));
      return;
    default:
  }
}

function inToolResult(bytes: Buffer, result: Range, found: Range[]): void {
  for (const content of at(bytes, [result], 'content')) inContent(bytes, content, found);
  const meta = at(bytes, [result], '_meta');
  found.push(
    ...at(bytes, at(bytes, meta, 'ui'), 'resourceUri'),
    ...at(bytes, meta, 'ui/resourceUri'),
  );
}

/** One block of content, or an array of them. */
function inContent(bytes: Buffer, content: Range, found: Range[]): void {
  for (const block of elements(bytes, content)) {
    const isLink = at(bytes, [block], 'type').some(
      (type) => readString(bytes, type) === 'resource_link',
    );
    const holders = isLink ? [block] : at(bytes, [block], 'resource');
    found.push(...at(bytes, holders, 'uri').filter((uri) => !isOnTheWeb(readString(bytes, uri))));
  }
}

function isOnTheWeb(uri: string | undefined): boolean {
  return uri !== undefined && /^https?:/i.test(uri);
}

/** The values under a key of those of the ranges that are objects, as often as it is written. */
function at(bytes: Buffer, objects: readonly Range[], key: string): Range[] {
  return objects.flatMap((object) => {
    if (bytes[object.start] !== 0x7b) return [];
    const members = scanObject(bytes, object.start, object.end);
    return members.filter((member) => member.key === key).map(({ value }) => value);
  });
}

/** The elements of an array; of anything else, that alone. */
function elements(bytes: Buffer, value: Range): Range[] {
  return bytes[value.start] === 0x5b ? scanArray(bytes, value.start, value.end) : [value];
}
