import type { Secrecy } from './imported-server.ts';

/** Forms that tokens of well-known services have, and nothing else has. */
const tokenForms: readonly RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9]{16,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bglpat-[A-Za-z0-9_-]{16,}/,
  /\bsk-[A-Za-z0-9_-]{16,}/,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /\bxapp-[A-Za-z0-9-]{10,}/,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/,
  /\bAIza[A-Za-z0-9_-]{30,}/,
  /\bya29\.[A-Za-z0-9_-]{20,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/,
  /-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|CERTIFICATE)-----/,
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\bpypi-[A-Za-z0-9_-]{30,}/,
  /\bhf_[A-Za-z0-9]{20,}/,
  /\b(?:ntn|secret)_[A-Za-z0-9]{30,}/,
  /\blin_(?:api|oauth)_[A-Za-z0-9]{20,}/,
  /\bdop_v1_[a-f0-9]{40,}/,
  /\bsbp_[a-f0-9]{30,}/,
  /\bpplx-[A-Za-z0-9]{20,}/,
  /\bfigd_[A-Za-z0-9_-]{20,}/,
  /\bpat[A-Za-z0-9]{14}\.[a-f0-9]{40,}/,
  /\bpb[ak]_[A-Za-z0-9_-]{20,}/,
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/,
  /\bATATT[A-Za-z0-9_=-]{20,}/,
  /\bdapi[a-f0-9]{30,}/,
  /^(?:Bearer|Basic|Token|ApiKey) +\S{4,}/i,
];

/** Words of names whose values are secrets. */
const tellingName =
  /(?:^|[_.-])(?:api_?key|key|apikey|token|tokens|secret|secrets|password|passwd|passphrase|pass|pwd|pat|credential|credentials|cookie|auth|authorization|bearer|jwt|dsn|signature|webhook|private)(?:$|[_.-])|(?:api|access|auth|secret|private|session|app|encryption|signing|master)key$|(?:token|secret|password|apikey)$/i;

/** Names that look telling and say what kind, where, or how many. */
const tellingNothing =
  /(?:^|[_.-])(?:max|min|limit|count|num|timeout|ttl|type|mode|method|scheme|provider|enabled?|disabled?|path|file|filename|dir|folder|header|name|id|url|uri|host|endpoint|domain|region|version|issuer|audience|scopes?|public)$/i;

/**
 * Whether a value is a secret, by its own form and by the name that it has. Nothing is certain but
 * the forms; whoever knows the server's schema knows better.
 */
export function secrecyOf(name: string, text: string): Secrecy {
  if (tokenForms.some((form) => form.test(text)) || hasPassword(text)) return 'secret';
  if (isHarmless(text)) return 'plain';
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  const telling = tellingName.test(words) && !tellingNothing.test(words);
  if (telling) return isRandom(text) ? 'secret' : 'unsure';
  return isRandom(text) && !isPlace(text) ? 'unsure' : 'plain';
}

/** Whether a name alone says that what belongs to it is a secret. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  return tellingName.test(words) && !tellingNothing.test(words);
}

/** A URL or connection string with a password in it, or with a key among its parameters. */
export function hasPassword(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i.test(text)) return true;
  if (/(?:^|[;\s])(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*[^;\s]{2,}/i.test(text)) {
    return true;
  }
  const url = /^https?:/i.test(text) ? URL.parse(text) : null;
  if (!url) return false;
  const inQuery = [...url.searchParams].some(
    ([name, value]) => value !== '' && (isSecretName(name) || isToken(value)),
  );
  return inQuery || url.pathname.split('/').some((part) => part.length >= 24 && isRandom(part));
}

function isToken(text: string): boolean {
  return tokenForms.some((form) => form.test(text)) || (text.length >= 24 && isRandom(text));
}

function isHarmless(text: string): boolean {
  return /^(?:|true|false|yes|no|on|off|null|none|-?\d{1,6}(?:\.\d+)?)$/i.test(text.trim());
}

/** A path, an address without a password, a host: long and varied, and not secret for that. */
function isPlace(text: string): boolean {
  return /^(?:[./~]|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*:\/\/|@[\w-]+\/)|^[\w.+-]+@[\w.-]+\.\w+$|^[\w-]+(?:\.[\w-]+){2,}(?::\d+)?$|[\s,]/i.test(
    text,
  );
}

/** Long enough, of several kinds of characters, and without much repetition. */
function isRandom(text: string): boolean {
  if (text.length < 16 || /\s/.test(text)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
  if (kinds < 2) return false;
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length);
  return bits >= 3.2;
}
