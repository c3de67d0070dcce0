import { findBundled, hasForm } from '@plugboard/catalog';

import { findService, knownServices } from './known-services.ts';

/**
 * What is wrong with a key for a service, and what would be right; undefined when nothing is known to
 * be. Never quotes the key.
 */
export function keyProblem(key: string, provider: string | undefined): string | undefined {
  const copied = copyProblem(key);
  if (copied !== undefined) return copied;
  if (provider === undefined) return undefined;
  const service = findService(provider);
  const mistaken = Object.entries(service?.mistaken ?? {}).find(([form]) => begins(key, form));
  if (mistaken) return `is ${mistaken[1]}. Give the secret one.`;
  const facts = (findBundled(provider)?.meta.credentials ?? []).filter(
    ({ kind }) => kind === 'token' || kind === 'api_key',
  );
  const formats = facts.flatMap(({ format }) => format ?? []);
  const known = facts.length > 0 && formats.length === facts.length;
  const isIts = formats.some((format) => hasForm(format, key));
  const other = otherService(key, provider);
  if (!isIts && other) return `looks like one of ${other}, not of ${titleOf(provider)}.`;
  if (!known || isIts) return undefined;
  const forms = service?.form ?? facts.map(({ title }) => title).join(', or ');
  return `does not look like one of ${titleOf(provider)} (${forms}). Check that all of it was copied, or leave the provider out.`;
}

/** The service that a key tells of by how it begins; undefined when it tells of none. */
export function recognizeService(key: string): string | undefined {
  return knownServices.find(({ prefix }) => prefix !== undefined && begins(key, prefix))?.id;
}

/** Accidents of copying, which no key of any service has in it. */
function copyProblem(key: string): string | undefined {
  if (key.trim() === '') return 'must not be empty.';
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\u007f]/.test(key)) {
    return 'holds a line break or another control character. Copy the key alone.';
  }
  if (key !== key.trim()) return 'begins or ends with a space. Copy the key alone.';
  if (/^(?:Bearer|Basic|token) /i.test(key)) {
    return 'begins like a header. Give the key alone; what goes before it is said where it is used.';
  }
  if (/^(["'`]).*\1$/.test(key)) return 'stands in quotation marks. Give what is between them.';
  if (/^(?:\*+|•+|x{6,}|<.*>|your[-_ ].*|changeme)$/i.test(key)) {
    return 'is what stands for a key in an example, or what was shown in its place.';
  }
  return undefined;
}

function otherService(key: string, provider: string): string | undefined {
  const found = recognizeService(key);
  if (found === undefined || found === provider) return undefined;
  const own = findService(provider)?.prefix;
  // Some services share what their keys begin with.
  if (own !== undefined && begins(key, own)) return undefined;
  return titleOf(found);
}

function titleOf(provider: string): string {
  return findService(provider)?.title ?? findBundled(provider)?.server.title ?? provider;
}

function begins(key: string, form: string): boolean {
  return new RegExp(`^${form}`, 'u').test(key);
}
