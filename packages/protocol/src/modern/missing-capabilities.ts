import { AppError } from '@plugboard/contracts';

import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { parseUnambiguous } from '../json/parse.ts';
import { modernCodes, ModernError } from './modern-error.ts';
import { isRecord, ownValue } from './request-meta.ts';

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
      const isUrl = ownValue(read(params), 'mode') === 'url';
      return { capability: 'elicitation', member: isUrl ? 'url' : 'form' };
    }
    case 'sampling/createMessage': {
      const asked = read(params);
      const withTools = Object.hasOwn(asked, 'tools') || Object.hasOwn(asked, 'toolChoice');
      return withTools ? { capability: 'sampling', member: 'tools' } : { capability: 'sampling' };
    }
    default:
      return undefined;
  }
}

function read(params: Buffer | undefined): object {
  if (params === undefined) return {};
  try {
    const parsed = parseUnambiguous(params, { start: 0, end: params.length });
    return isRecord(parsed) ? parsed : {};
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new AppError(
      'upstream_failed',
      `The server asked for input in a way nobody reads: ${cause.message}.`,
    );
  }
}
