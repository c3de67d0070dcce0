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
    const edits: Edit[] = [];
    for (const range of urisIn(method, bytes, root)) {
      const uri = readString(bytes, range);
      if (uri === undefined) continue;
      edits.push({ range, replacement: JSON.stringify(exposeUri(instanceSlug, uri)) });
    }
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

function urisIn(method: string, bytes: Buffer, root: Range): Range[] {
  switch (method) {
    case 'tools/call':
      return inToolResults(bytes, [root]);
    case 'prompts/get': {
      const messages = elements(bytes, at(bytes, [root], 'messages'));
      return inContent(bytes, at(bytes, messages, 'content'));
    }
    case 'resources/read':
      return at(bytes, elements(bytes, at(bytes, [root], 'contents')), 'uri');
    case 'tasks/get':
    case 'notifications/tasks':
      return inToolResults(bytes, at(bytes, [root], 'result'));
    case 'notifications/resources/updated':
      return at(bytes, [root], 'uri');
    case 'resources/directory/read':
      return at(bytes, elements(bytes, at(bytes, [root], 'resources')), 'uri');
    case 'skills/get': {
      const skill = at(bytes, [root], 'skill');
      const files = elements(bytes, at(bytes, skill, 'resources'));
      return [...at(bytes, skill, 'uri'), ...at(bytes, files, 'uri')];
    }
    default:
      return [];
  }
}

function inToolResults(bytes: Buffer, results: readonly Range[]): Range[] {
  const meta = at(bytes, results, '_meta');
  return [
    inContent(bytes, at(bytes, results, 'content')),
    at(bytes, at(bytes, meta, 'ui'), 'resourceUri'),
    at(bytes, meta, 'ui/resourceUri'),
  ].flat();
}

/** In blocks of content, or arrays of them. */
function inContent(bytes: Buffer, contents: readonly Range[]): Range[] {
  const holders = elements(bytes, contents).flatMap((block) => {
    const isLink = at(bytes, [block], 'type').some(
      (type) => readString(bytes, type) === 'resource_link',
    );
    return isLink ? [block] : at(bytes, [block], 'resource');
  });
  return at(bytes, holders, 'uri').filter((uri) => !isOnTheWeb(readString(bytes, uri)));
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

/** The elements of arrays; of anything else, that alone. */
function elements(bytes: Buffer, values: readonly Range[]): Range[] {
  return values.flatMap((value) =>
    bytes[value.start] === 0x5b ? scanArray(bytes, value.start, value.end) : [value],
  );
}
