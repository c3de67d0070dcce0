import { type Behaviour, SealedBox } from './sealed-box.ts';
import { type Answer, type Asked, serve, type Service } from './serve.ts';

export interface VaultServer extends Service, Behaviour {
  readonly token: string;
}

/**
 * Vault's transit engine at `transit` and `team/transit` with the key `plugboard`, in the namespace
 * `acme`; tokens by AppRole and Kubernetes too.
 */
export async function serveVault(): Promise<VaultServer> {
  const box = new SealedBox();
  const behaviour: Behaviour = { mode: 'works' };
  const token = 'hvs.test';
  const refuse = (status: number): Answer => ({ status, body: { errors: ['no'] } });
  const service = await serve(({ path, headers, body }: Asked) => {
    if (behaviour.mode === 'hangs') return undefined;
    if (behaviour.mode === 'broken') return { status: 500, body: 'no' };
    if (behaviour.mode === 'disabled') return refuse(503);
    if (behaviour.mode === 'redirects') {
      return { status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: '' };
    }
    if (headers['x-vault-namespace'] !== 'acme') return refuse(404);
    const signIn = { status: 200, body: { auth: { client_token: token } } };
    if (path === '/v1/auth/approle/login') {
      return body.role_id === 'role' && body.secret_id === 'shh' ? signIn : refuse(400);
    }
    if (path === '/v1/auth/kubernetes/login') {
      return body.role === 'plugboard' && body.jwt === 'pod.jwt' ? signIn : refuse(403);
    }
    if (headers['x-vault-token'] !== token || behaviour.mode === 'denies') return refuse(403);
    const [, operation] =
      /^\/v1\/(?:team\/)?transit\/(encrypt|decrypt)\/plugboard$/.exec(path) ?? [];
    if (operation === undefined || behaviour.mode === 'no such key') return refuse(404);
    const context = String(body.associated_data);
    if (operation === 'encrypt') {
      const sealed = box.seal(Buffer.from(body.plaintext, 'base64'), context);
      return {
        status: 200,
        body: { data: { ciphertext: `vault:v1:${sealed.toString('base64')}` } },
      };
    }
    const [, sealed] = /^vault:v1:(.+)$/.exec(body.ciphertext) ?? [];
    const plain = sealed && box.open(Buffer.from(sealed, 'base64'), context);
    if (!plain) return refuse(400);
    const given = behaviour.mode === 'lies' ? Buffer.alloc(32, 7) : plain;
    return { status: 200, body: { data: { plaintext: given.toString('base64') } } };
  });
  return Object.assign(behaviour, {
    url: service.url,
    token,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  });
}
