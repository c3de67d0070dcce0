import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  /** More of its `package.json`. */
  readonly manifest?: Record<string, unknown>;
  /** Files by their path in the package. */
  readonly files?: Record<string, string>;
  /** Links by their path in the package, and where they lead. */
  readonly links?: Record<string, string>;
  /** What the registry says that it takes; nothing when absent. */
  readonly unpackedSize?: number;
}

/** A small npm registry with packages of a test's own. */
export interface TestRegistry extends AsyncDisposable {
  readonly url: string;
  publish(published: PublishedPackage): Promise<void>;
  /** Serves other bytes for a tarball than its integrity says. */
  tamper(name: string, version: string): void;
  /** Paths of tarballs that were asked for. */
  readonly fetched: readonly string[];
  /** Refuses connections from now on. */
  close(): Promise<void>;
  /** Holds back the answer to every tarball while it is set. */
  delay: Promise<void> | undefined;
}

export async function startRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'plugboard-registry-'));
  const packuments = new Map<string, { versions: Record<string, unknown>; latest: string }>();
  const tarballs = new Map<string, Buffer>();
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const path = decodeURIComponent(request.url ?? '');
      const tarball = tarballs.get(path);
      if (tarball !== undefined) {
        fetched.push(path);
        await registry.delay;
        response.end(tarball);
        return;
      }
      const name = path.slice(1);
      const packument = packuments.get(name);
      response.setHeader('content-type', 'application/json');
      if (packument === undefined) {
        response.writeHead(404).end('{}');
        return;
      }
      const { versions, latest } = packument;
      response.end(JSON.stringify({ name, versions, 'dist-tags': { latest, stable: latest } }));
    })();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;

  const registry: TestRegistry = {
    url,
    delay: undefined,
    fetched,
    async publish({ name, version, manifest = {}, files = {}, links = {}, unpackedSize }) {
      const stage = await mkdtemp(join(folder, 'stage-'));
      const json = { name, version, ...manifest };
      const all = { 'package.json': JSON.stringify(json), ...files };
      for (const [path, text] of Object.entries(all)) {
        const target = join(stage, 'package', path);
        await mkdir(join(target, '..'), { recursive: true });
        await writeFile(target, text, { mode: 0o600 });
      }
      for (const [path, target] of Object.entries(links)) {
        await symlink(target, join(stage, 'package', path));
      }
      const archive = join(stage, 'package.tgz');
      await run('tar', ['-czf', archive, '-C', stage, 'package']);
      const bytes = await readFile(archive);
      const path = `/${name}/-/${version}.tgz`;
      tarballs.set(path, bytes);
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      const known = packuments.get(name) ?? { versions: {}, latest: version };
      known.versions[version] = {
        ...json,
        hasInstallScript: 'scripts' in manifest,
        dist: { tarball: `${url}${path}`, integrity, ...(unpackedSize && { unpackedSize }) },
      };
      known.latest = version;
      packuments.set(name, known);
    },
    tamper(name, version) {
      tarballs.set(`/${name}/-/${version}.tgz`, Buffer.from('something else'));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await registry.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return registry;
}
