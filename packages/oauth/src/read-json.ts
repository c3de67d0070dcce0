import { OAuthFailure } from './failure.ts';

/** The JSON object of an answer that says it is one; rejects with `OAuthFailure('protocol')`. */
export async function readJson(
  response: Response,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || /^application\/[\w.+-]+\+json$/.test(type)) {
    const text = await response.text();
    const value = parse(text);
    if (isObject(value)) return value;
  }
  throw new OAuthFailure('protocol', 'not_json', `${what} is not a JSON object sent as JSON.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
