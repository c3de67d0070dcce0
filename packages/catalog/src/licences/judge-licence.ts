import type { LicencePolicy } from '@plugboard/contracts/api';
import parse, { type Info } from 'spdx-expression-parse';

export type LicenceVerdict = 'allowed' | 'refused' | 'unknown';

/** All are allowed; what states none is warned of. */
export const defaultLicencePolicy: LicencePolicy = { allow: null, deny: [], unknown: 'warn' };

/**
 * What a policy says of a licence as a package states it: an SPDX expression, whose `OR` leaves the
 * choice, so that one allowed licence suffices, and whose `AND` does not, so that one refused is
 * enough. An exception (`WITH`) only adds permissions: it is allowed where its licence is, and it can
 * be denied or allowed by itself. `unknown` for what is no expression; what to do then is
 * `policy.unknown`.
 */
export function judgeLicence(policy: LicencePolicy, stated: string | undefined): LicenceVerdict {
  const text = stated?.trim() ?? '';
  if (text === '') return 'unknown';
  const rules = { allow: policy.allow && normalized(policy.allow), deny: normalized(policy.deny) };
  // A policy may name what is no SPDX expression, exactly as packages write it.
  if (rules.deny.has(text)) return 'refused';
  if (rules.allow?.has(text)) return 'allowed';
  const expression = parsed(text);
  return expression ? judge(expression, rules) : 'unknown';
}

interface Rules {
  readonly allow: ReadonlySet<string> | null;
  readonly deny: ReadonlySet<string>;
}

function judge(expression: Info, rules: Rules): LicenceVerdict {
  if (!('conjunction' in expression)) return judgeOne(expression, rules);
  const [left, right] = [judge(expression.left, rules), judge(expression.right, rules)];
  const order: readonly LicenceVerdict[] =
    expression.conjunction === 'or'
      ? ['allowed', 'unknown', 'refused']
      : ['refused', 'unknown', 'allowed'];
  return order.find((verdict) => verdict === left || verdict === right) ?? 'unknown';
}

type One = Exclude<Info, { conjunction: unknown }>;

function judgeOne(one: One, { allow, deny }: Rules): LicenceVerdict {
  const license = identifierOf(one);
  const { exception } = one;
  const whole = exception === undefined ? license : `${license} WITH ${exception}`;
  if (deny.has(whole)) return 'refused';
  if (allow?.has(whole)) return 'allowed';
  if (deny.has(license)) return 'refused';
  if (allow) return allow.has(license) ? 'allowed' : 'refused';
  // Only the package's own files tell what that is.
  return /^(?:DocumentRef-|LicenseRef-)/.test(license) ? 'unknown' : 'allowed';
}

/** Identifiers of before SPDX 3 say the same in other words. */
function identifierOf({ license, plus }: One): string {
  const old = /^((?:A|L)?GPL-\d\.\d|GFDL-\d\.\d)$/.exec(license)?.[1];
  if (old !== undefined) return plus === true ? `${old}-or-later` : `${old}-only`;
  return plus === true ? `${license}+` : license;
}

function normalized(licences: readonly string[]): ReadonlySet<string> {
  return new Set(
    licences.flatMap((text) => {
      const expression = parsed(text);
      if (!expression || 'conjunction' in expression) return [text];
      const { exception } = expression;
      const license = identifierOf(expression);
      return [text, exception === undefined ? license : `${license} WITH ${exception}`];
    }),
  );
}

function parsed(text: string): Info | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
