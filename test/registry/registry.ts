import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import { repository } from '../harness/repository.ts';
import { packServer, type PackedPackage } from './pack.ts';

/** One version of a package, and how the registry may lie about it. */
export interface Published extends PackedPackage {
  /** What the packument says in place of the true integrity. */
  readonly claimedIntegrity?: string;
  /** What is sent in place of the tarball; undefined for a 404. */
  readonly sent: Buffer | undefined;
}

/**
 * An npm registry of test servers. What it does not have it asks of the registry that npm is
 * configured with, so that real servers install through it too.
 */
export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** Publishes a package; a version that is there already is replaced, as no registry should. */
  publish(packed: PackedPackage, lies?: Partial<Published>): void;
  /** Takes a version back, as if it had never been. */
  unpublish(name: string, version: string): void;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  /** While true, every request is answered with 500. */
  broken: boolean;
  /**
   * Whether packages of the other registry are served. While false a first run finds no starter
   * servers and goes on without, which saves tests that do not need them the time.
   */
  passesOn: boolean;
}

/** The test servers that are published as they are. */
export const testServers = [
  'echo',
  'slow',
  'faulty',
  'bad-start',
  'stubborn',
  'changing',
  'ten-tools',
  'looker',
  'asking',
  'modern',
  'apps',
] as const;

/** The package name of a test server. */
export function packageOf(server: (typeof testServers)[number]): string {
  return `plugboard-fixture-${server}`;
}

/** Starts a registry on a free loopback port with all test servers. */
export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, Map<string, Published>>();
  const requests: string[] = [];
  const beyond = await configuredRegistry();
  const registry = { broken: false, passesOn: false };

  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = decodeURIComponent((request.url ?? '/').slice(1).split('?')[0]!);
    if (registry.broken) {
      sendJson(response, 500, { error: 'the registry is broken' });
      return;
    }
    const tarball = /^-\/tarballs\/(.+)\/([^/]+)\.tgz$/.exec(target);
    if (tarball) {
      const bytes = packages.get(tarball[1]!)?.get(tarball[2]!)?.sent;
      if (!bytes) sendJson(response, 404, { error: 'not found' });
      else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes);
      return;
    }
    const through = /^-\/through\/([\w-]+)\.tgz$/.exec(target);
    if (through) {
      await passOn(response, Buffer.from(through[1]!, 'base64url').toString());
      return;
    }
    const versions = packages.get(target);
    if (versions) sendJson(response, 200, packument(target, versions));
    else if (registry.passesOn) await passPackument(request, response);
    else sendJson(response, 404, { error: 'not found' });
  }

  /** Another registry's packument, with tarballs to be fetched through this one. */
  async function passPackument(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = await fetch(new URL(`.${request.url}`, beyond), {
      headers: { accept: request.headers.accept ?? 'application/json' },
    });
    const text = await answered.text();
    const rewritten = text.replaceAll(
      /"tarball":\s*"(https?:[^"]+)"/g,
      (_all, tarball: string) =>
        `"tarball":"${url}-/through/${Buffer.from(tarball).toString('base64url')}.tgz"`,
    );
    response.writeHead(answered.status, { 'content-type': 'application/json' }).end(rewritten);
  }

  function packument(name: string, versions: Map<string, Published>): object {
    const listed = [...versions.values()].map((published) => {
      const { manifest, claimedIntegrity, integrity, shasum } = published;
      const tarball = `${url}-/tarballs/${encodeURIComponent(name)}/${manifest.version}.tgz`;
      const scripts = manifest['scripts'];
      const hasInstallScript =
        typeof scripts === 'object' &&
        scripts !== null &&
        ['preinstall', 'install', 'postinstall'].some((script) => script in scripts);
      return {
        ...manifest,
        ...(typeof manifest['bin'] === 'string' && {
          bin: { [name.replace(/^@[^/]+\//, '')]: manifest['bin'] },
        }),
        ...(hasInstallScript && { hasInstallScript }),
        dist: {
          tarball,
          integrity: claimedIntegrity ?? integrity,
          ...(!claimedIntegrity && { shasum }),
        },
      };
    });
    return {
      name,
      'dist-tags': { latest: [...versions.keys()].at(-1) },
      // Not every registry writes moments as npm's own does.
      time: Object.fromEntries(
        [...versions.keys()].map((version, n) => [
          version,
          `2026-01-01T00:00:${String(n % 60).padStart(2, '0')}.000000+00:00`,
        ]),
      ),
      versions: Object.fromEntries([...versions.keys()].map((version, n) => [version, listed[n]])),
    };
  }

  const publish: Registry['publish'] = (packed, lies = {}) => {
    const { name, version } = packed.manifest;
    const versions = packages.get(name) ?? new Map<string, Published>();
    versions.set(version, { sent: packed.tarball, ...packed, ...lies });
    packages.set(name, versions);
  };
  for (const name of testServers) publish(await packServer(name));

  return Object.assign(registry, {
    url,
    publish,
    unpublish: (name: string, version: string) => void packages.get(name)?.delete(version),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** The registry that npm would ask here. */
async function configuredRegistry(): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], {
    cwd: repository,
  });
  return stdout.trim().replace(/\/?$/, '/');
}

async function passOn(response: ServerResponse, url: string): Promise<void> {
  const answered = await fetch(url);
  response.writeHead(answered.status, { 'content-type': 'application/octet-stream' });
  if (answered.body) await pipeline(Readable.fromWeb(answered.body), response);
  else response.end();
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
