import { AppError } from '@plugboard/contracts';

import { findMember } from '../json/find-member.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { parseUnambiguous } from '../json/parse.ts';
import { readString } from '../json/string.ts';
import { modernCodes, ModernError } from './modern-error.ts';
import { isRecord, ownValue } from '../json/record.ts';

type Capabilities = Readonly<Record<string, unknown>>;

/**
 * What a server's request to a client needs that the client has not declared, as client capabilities;
 * undefined when nothing is missing or the method is none that needs any. `params` is raw.
 *
 * A bare `elicitation` stands for forms, as it did before it had modes (MCP 2025-11-25, elicitation).
 * Rejects with `upstream_failed` params that not every parser would read alike.
 */
export function missingCapabilities(
  declared: Capabilities,
  method: string,
  params: Buffer | undefined,
): Capabilities | undefined {
  const need = needOf(method, params);
  if (need === undefined) return undefined;
  const { capability, member } = need;
  const has = ownValue(declared, capability);
  if (!isRecord(has)) return { [capability]: member === undefined ? {} : { [member]: {} } };
  if (member === undefined || isRecord(ownValue(has, member))) return undefined;
  if (member === 'form' && !Object.hasOwn(has, 'form') && !Object.hasOwn(has, 'url')) {
    return undefined;
  }
  return { [capability]: { [member]: {} } };
}

/** The refusal of a request whose answering needs capabilities that its client has not declared. */
export function missingCapabilityError(requiredCapabilities: Capabilities): ModernError {
  const names = Object.keys(requiredCapabilities).join(', ');
  return new ModernError(
    modernCodes.missingClientCapability,
    `The server needs what this client has not declared: ${names}.`,
    { data: { requiredCapabilities } },
  );
}

interface Need {
  readonly capability: string;
  readonly member?: string;
}

function needOf(method: string, params: Buffer | undefined): Need | undefined {
  switch (method) {
    case 'roots/list':
      return { capability: 'roots' };
    case 'elicitation/create': {
      const isUrl = textsAt(params, ['mode'])[0] === 'url';
      return { capability: 'elicitation', member: isUrl ? 'url' : 'form' };
    }
    case 'sampling/createMessage': {
      const withTools = textsAt(params, ['tools', 'toolChoice']).length > 0;
      return withTools ? { capability: 'sampling', member: 'tools' } : { capability: 'sampling' };
    }
    default:
      return undefined;
  }
}

/** The values of those keys that are there, undefined for those that are no strings. */
function textsAt(
  params: Buffer | undefined,
  keys: readonly string[],
): readonly (string | undefined)[] {
  if (params === undefined) return [];
  const whole = { start: 0, end: params.length };
  try {
    parseUnambiguous(params, whole);
    return keys
      .map((key) => findMember(params, whole, key))
      .filter((range) => range !== undefined)
      .map((range) => readString(params, range));
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new AppError(
      'upstream_failed',
      `The server asked for input in a way nobody reads: ${cause.message}.`,
    );
  }
}
