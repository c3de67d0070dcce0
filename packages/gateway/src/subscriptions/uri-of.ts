import { type Envelope, JsonSyntaxError, paramsText, stringParam } from '@plugboard/protocol';

/** The `uri` that a server's notification is about; undefined where it names none, or two. */
export function uriOf(message: Envelope): string | undefined {
  const params = paramsText(message);
  try {
    return params && stringParam(params, 'uri');
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
