import {
  buildNotification,
  type Edit,
  type Envelope,
  findMember,
  JsonSyntaxError,
  paramsText,
  removalOf,
  splice,
  subscriptionIdKey,
} from '@plugboard/protocol';

const method = 'notifications/resources/updated';
const subscriptionKeys: ReadonlySet<string> = new Set([subscriptionIdKey]);

/**
 * `notifications/resources/updated` for a legacy client, which knows the resource as `uri`: what the
 * server wrote, without whose subscription it was (MCP 2026-07-28); bare where the server wrote none,
 * or nothing that can be read without doubt.
 */
export function updatedNotification(message: Envelope | undefined, uri: string): Buffer {
  const named = JSON.stringify(uri);
  const params = message && paramsText(message);
  const bare = Buffer.from(`{"uri":${named}}`);
  if (!params) return buildNotification(method, bare);
  try {
    return buildNotification(method, rewritten(params, named) ?? bare);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return buildNotification(method, bare);
    throw error;
  }
}

function rewritten(params: Buffer, named: string): Buffer | undefined {
  const whole = { start: 0, end: params.length };
  const uri = findMember(params, whole, 'uri');
  if (!uri) return undefined;
  const edits: Edit[] = [{ range: uri, replacement: named }];
  const meta = findMember(params, whole, '_meta');
  if (meta && params[meta.start] === 0x7b) edits.push(...removalOf(params, meta, subscriptionKeys));
  return splice(
    params,
    edits.sort((a, b) => a.range.start - b.range.start),
  );
}
