import { hash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import Arborist from '@npmcli/arborist';
import pacote from 'pacote';

import { makeScratch } from '../harness/scratch.ts';

/** A package as a registry has it: its manifest and its tarball, made by npm's own packer. */
export interface PackedPackage {
  readonly manifest: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly version: string;
  };
  readonly tarball: Buffer;
  readonly integrity: string;
  readonly shasum: string;
}

const serversFolder = fileURLToPath(new URL('../fixtures/servers/', import.meta.url));

/**
 * Packs one of the test servers, with changes to its manifest and further files where a test wants
 * a package that is not as it should be.
 */
export async function packServer(
  folder: string,
  changes: {
    readonly manifest?: Readonly<Record<string, unknown>>;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<PackedPackage> {
  await using scratch = await makeScratch('pack');
  await stageServer(folder, scratch.path);
  for (const [name, content] of Object.entries(changes.files ?? {})) {
    await writeFile(path.join(scratch.path, name), content);
  }
  const manifestFile = path.join(scratch.path, 'package.json');
  const manifest = { ...JSON.parse(await readFile(manifestFile, 'utf8')), ...changes.manifest };
  await writeFile(manifestFile, JSON.stringify(manifest));
  const tarball = await pacote.tarball(`file:${scratch.path}`, { Arborist });
  return {
    manifest,
    tarball,
    integrity: integrityOf(tarball),
    shasum: hash('sha1', tarball, 'hex'),
  };
}

/** Subresource integrity as npm writes it. */
export function integrityOf(tarball: Buffer): string {
  return `sha512-${hash('sha512', tarball, 'base64')}`;
}

/** Copies a test server, ready to run, and gives the path of its script. */
export async function stageServer(folder: string, destination: string): Promise<string> {
  await cp(path.join(serversFolder, folder), destination, { recursive: true });
  await cp(path.join(serversFolder, 'rpc.mjs'), path.join(destination, 'rpc.mjs'));
  return path.join(destination, 'server.mjs');
}
