import { type Behaviour, SealedBox } from './sealed-box.ts';
import { type Asked, serve, type Service } from './serve.ts';

export const gcpKeyName = 'projects/acme/locations/europe-west3/keyRings/r/cryptoKeys/plugboard';

export interface GcpKms extends Service, Behaviour {
  /** Host and port of the metadata server that gives machines their tokens; it is the same. */
  readonly metadataHost: string;
}

/** encrypt and decrypt of Cloud KMS' REST API, and the metadata server that signs a machine in. */
export async function serveGcpKms(): Promise<GcpKms> {
  const box = new SealedBox();
  const behaviour: Behaviour = { mode: 'works' };
  const refuse = (status: number, name: string) => ({
    status,
    body: { error: { code: status, message: name, status: name } },
  });
  const service = await serve(({ path, headers, body }: Asked) => {
    if (path.startsWith('/computeMetadata/')) return answerMetadata(path);
    switch (behaviour.mode) {
      case 'hangs':
        return undefined;
      case 'broken':
        return { status: 500, body: 'no' };
      case 'redirects':
        return { status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: '' };
      case 'denies':
        return refuse(403, 'PERMISSION_DENIED');
      case 'disabled':
        return refuse(400, 'FAILED_PRECONDITION');
      case 'no such key':
        return refuse(404, 'NOT_FOUND');
      case 'works':
      case 'lies':
    }
    if (headers.authorization !== 'Bearer machine-token') return refuse(401, 'UNAUTHENTICATED');
    const context = String(body.additionalAuthenticatedData);
    if (path === `/v1/${gcpKeyName}:encrypt`) {
      const sealed = box.seal(Buffer.from(body.plaintext, 'base64'), context);
      return { status: 200, body: { name: gcpKeyName, ciphertext: sealed.toString('base64') } };
    }
    if (path !== `/v1/${gcpKeyName}:decrypt`) return refuse(404, 'NOT_FOUND');
    const plain = box.open(Buffer.from(body.ciphertext, 'base64'), context);
    if (!plain) return refuse(400, 'INVALID_ARGUMENT');
    const given = behaviour.mode === 'lies' ? Buffer.alloc(32, 7) : plain;
    return { status: 200, body: { plaintext: given.toString('base64') } };
  });
  return Object.assign(behaviour, {
    url: service.url,
    metadataHost: new URL(service.url).host,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  });
}

function answerMetadata(path: string) {
  const headers = { 'metadata-flavor': 'Google' };
  if (!path.includes('/token')) return { status: 200, headers, body: 'acme' };
  const body = { access_token: 'machine-token', expires_in: 3600, token_type: 'Bearer' };
  return { status: 200, headers, body };
}
