import { AppError, type ErrorCode } from '@plugboard/contracts';

/** Why a key service did not do what it was asked. */
export type KeyServiceReason =
  | 'denied'
  | 'unauthenticated'
  | 'no_such_key'
  | 'disabled'
  | 'other_content'
  | 'no_answer'
  | 'failed';

const codes: Readonly<Record<KeyServiceReason, ErrorCode>> = {
  denied: 'forbidden',
  unauthenticated: 'forbidden',
  no_such_key: 'invalid_input',
  disabled: 'unavailable',
  other_content: 'internal',
  no_answer: 'unavailable',
  failed: 'unavailable',
};

/** What was wrong and what to do; `cure` says the part that is the service's own. */
export function keyServiceFailure(
  service: string,
  providerKey: string,
  reason: KeyServiceReason,
  { cure, cause }: { readonly cure?: string; readonly cause?: unknown } = {},
): AppError {
  const says: Readonly<Record<KeyServiceReason, string>> = {
    denied: `${service} denies the use of ${providerKey}.`,
    unauthenticated: `${service} does not accept Plugboard's own credentials for it.`,
    no_such_key: `${service} has no key ${providerKey}.`,
    disabled: `${service} says that ${providerKey} is disabled or about to be deleted. Enable it again: without it nothing sealed can be opened.`,
    other_content: `${service} does not open the stored master key with ${providerKey}: it was wrapped by another key, for another installation, or was changed. Restore the database from a backup, or set PLUGBOARD_KEY_PROVIDER to the key that wrapped it.`,
    no_answer: `${service} does not answer. Check that it runs and can be reached from here, then start again.`,
    failed: `${service} failed. See its own log, then try again.`,
  };
  return new AppError(codes[reason], [says[reason], cure].filter(Boolean).join(' '), {
    cause,
    details: { reason },
  });
}

/** By the names and codes that Node gives, never by texts. */
export function isNoAnswer(error: unknown): boolean {
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    const code = 'code' in each ? String(each.code) : '';
    if (/^(?:E[A-Z]{4,}|UND_ERR_[A-Z_]+)$/.test(code)) return true;
    if (each.name === 'TimeoutError' || each.name === 'AbortError') return true;
  }
  return false;
}
