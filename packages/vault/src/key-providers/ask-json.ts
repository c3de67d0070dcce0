import { isNoAnswer, keyServiceFailure } from './key-service-failure.ts';

/** What a service answered: its status, and its body when that is JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface JsonRequest {
  /** The service, for messages. */
  readonly service: string;
  readonly providerKey: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Posts to a service that the operator named: private addresses are right for it. Follows no redirect. */
export async function askJson(request: JsonRequest): Promise<JsonAnswer> {
  const { service, providerKey, url, headers, body, timeoutMs } = request;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  } catch (error) {
    const reason = isNoAnswer(error) ? 'no_answer' : 'failed';
    throw keyServiceFailure(service, providerKey, reason, { cause: error });
  }
}

/** A text within an answer, by its path; undefined when there is none. */
export function textAt(body: unknown, ...path: readonly string[]): string | undefined {
  let at = body;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Object.entries(at).find(([key]) => key === name)?.[1];
  }
  return typeof at === 'string' ? at : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
