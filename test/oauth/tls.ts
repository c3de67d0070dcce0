import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { makeScratch } from '../harness/scratch.ts';

const openssl = promisify(execFile);

/** A certificate for loopback, with the throw-away authority that it is of. */
export interface Tls extends AsyncDisposable {
  /** For NODE_EXTRA_CA_CERTS of child processes. */
  readonly caFile: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority and a certificate for `localhost`, 127.0.0.1 and further names. */
export async function createTls(...names: readonly string[]): Promise<Tls> {
  await using undo = new AsyncDisposableStack();
  const scratch = undo.use(await makeScratch('tls'));
  const file = (name: string) => path.join(scratch.path, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const run = (...args: string[]) => openssl('openssl', args);
  const authority = ['-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '2'];
  await run('req', '-x509', ...key, ...authority, '-subj', '/CN=Plugboard test authority');
  const request = ['-keyout', file('key.pem'), '-out', file('request.pem')];
  await run('req', ...key, ...request, '-subj', '/CN=localhost');
  const alternatives = ['DNS:localhost', 'IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)];
  await writeFile(file('extensions'), `subjectAltName=${alternatives.join(',')}\n`);
  const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'];
  const signed = ['-out', file('cert.pem'), '-days', '2', '-extfile', file('extensions')];
  await run('x509', '-req', '-in', file('request.pem'), ...signer, ...signed);
  const [ca, cert, keyText] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(file(name), 'utf8')),
  );
  const owned = undo.move();
  return {
    caFile: file('ca.pem'),
    ca: ca!,
    cert: cert!,
    key: keyText!,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
