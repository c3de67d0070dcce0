import {
  type Edit,
  type Envelope,
  findMember,
  insertionOf,
  JsonSyntaxError,
  paramsText,
  splice,
  subscriptionIdKey,
} from '@plugboard/protocol';

/** The `_meta` member that tells which subscription a message is of; `idJson` as JSON text. */
export function subscriptionMeta(idJson: string): string {
  return `"${subscriptionIdKey}":${idJson}`;
}

/** A notification of a subscription; `rest` holds further members of its params as JSON text. */
export function bareNotification(method: string, idJson: string, rest = ''): Buffer {
  const params = `{"_meta":{${subscriptionMeta(idJson)}}${rest && `,${rest}`}}`;
  return notification(method, Buffer.from(params));
}

/**
 * A server's notification as it goes on a client's subscription: under the id of the client's own
 * request (MCP 2026-07-28, subscriptions), and with the params' member `rename.member` replaced. All
 * else stays as the server wrote it. Undefined when its params cannot be read without doubt.
 */
export function tagNotification(
  message: Envelope,
  idJson: string,
  rename: { readonly member: string; readonly exposed: string },
): Buffer | undefined {
  const params = paramsText(message) ?? Buffer.from('{}');
  try {
    const edits = [tagEdit(params, idJson), ...renameEdits(params, rename)];
    edits.sort((a, b) => a.range.start - b.range.start);
    return notification(message.method ?? '', splice(params, edits));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function tagEdit(params: Buffer, idJson: string): Edit {
  const whole = { start: 0, end: params.length };
  const meta = findMember(params, whole, '_meta');
  const tag = subscriptionMeta(idJson);
  if (!meta) return insertionOf(params, whole, `"_meta":{${tag}}`);
  if (params[meta.start] !== 0x7b) return { range: meta, replacement: `{${tag}}` };
  const known = findMember(params, meta, subscriptionIdKey);
  return known ? { range: known, replacement: idJson } : insertionOf(params, meta, tag);
}

function renameEdits(
  params: Buffer,
  { member, exposed }: { readonly member: string; readonly exposed: string },
): Edit[] {
  const range = findMember(params, { start: 0, end: params.length }, member);
  return range ? [{ range, replacement: JSON.stringify(exposed) }] : [];
}

function notification(method: string, params: Buffer): Buffer {
  const head = `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":`;
  return Buffer.concat([Buffer.from(head), params, closing]);
}

const closing = Buffer.from('}');
