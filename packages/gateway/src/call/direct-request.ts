import { buildRequest, type Envelope, readEnvelope } from '@plugboard/protocol';

/** A tool, prompt or resource that is asked for outside of any session. */
export interface DirectSubject {
  /** A tool unless told otherwise. */
  readonly kind?: 'tool' | 'prompt' | 'resource';
  /** As the endpoint lists it; a resource's is its URI. */
  readonly name: string;
  /** A resource has none. */
  readonly arguments: unknown;
  /** Of the endpoint whose names these are, such as `/work/memory`; the widest one when absent. */
  readonly endpointPath?: string;
}

/** The request that a client would send for it. */
export function directRequest(subject: DirectSubject): Envelope {
  const { kind = 'tool', name } = subject;
  if (kind === 'resource') return build('resources/read', { uri: name });
  const method = kind === 'tool' ? 'tools/call' : 'prompts/get';
  return build(method, { name, arguments: subject.arguments });
}

function build(method: string, params: object): Envelope {
  return readEnvelope(buildRequest('0', method, Buffer.from(JSON.stringify(params))));
}
