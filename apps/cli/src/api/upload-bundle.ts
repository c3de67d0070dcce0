import { openAsBlob } from 'node:fs';
import path from 'node:path';

import { apiPrefix } from '@plugboard/contracts';
import { bundleSchema, type BundleView, decodeApiError } from '@plugboard/contracts/api';

import { CliError } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';

/** Whether what is to be added is the file of a bundle. */
export function isBundleFile(server: string): boolean {
  return /\.(?:mcpb|dxt)$/i.test(server) && !/^[a-z][a-z0-9+.-]*:\/\//i.test(server);
}

/**
 * Uploads the file of a bundle, which may have to have a digest, and resolves with what
 * `instances.add` takes for it. Nothing of it is run by that.
 */
export async function uploadBundle(
  file: string,
  sha256: string | undefined,
  session: Session,
): Promise<string> {
  const { url, key } = await session.server();
  const query = sha256 === undefined ? '' : `?sha256=${encodeURIComponent(sha256)}`;
  const response = await fetch(`${url}${apiPrefix}/bundles${query}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: await openFile(path.resolve(session.terminal.cwd, file)),
    redirect: 'manual',
  }).catch((cause: unknown) => {
    throw cause instanceof CliError
      ? cause
      : new CliError('unreachable', `The bundle could not be sent to ${url}.`, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    throw (
      decodeApiError(body) ??
      new CliError('failed', `${url} answered with status ${response.status}.`)
    );
  }
  const bundle = bundleSchema.parse(body);
  if (bundle.fault !== undefined) throw new CliError('failed', bundle.fault);
  session.note(presentBundle(bundle));
  return `bundle:${bundle.sha256}`;
}

function presentBundle(bundle: BundleView): string {
  const head = `${bundle.title ?? bundle.name} ${bundle.version} by ${bundle.author}`;
  const problems = bundle.problems.map((problem) => `  ! ${plainText(problem)}\n`);
  return `${plainText(head)}\nSHA-256 ${bundle.sha256}\n${problems.join('')}`;
}

async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (cause) {
    throw new CliError('usage', `There is no bundle ${file} that can be read.`, { cause });
  }
}
