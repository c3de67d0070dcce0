/** One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `dpop`, … */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
  /** RFC 6750 section 3.1, such as `invalid_token` or `insufficient_scope`. */
  readonly error: string | undefined;
  readonly scopes: readonly string[] | undefined;
  /** RFC 9728 section 5.1. Not yet checked: a server wrote it. */
  readonly resourceMetadata: string | undefined;
}

const maxHeaderLength = 16 * 1024;

const separator = /[\t ]*(?:,[\t ]*)*/y;
const schemeToken = /([\w!#$%&'*+.^`|~-]+)(?=[\t ,]|$)[\t ]*/y;
/** Values without quotes may have signs that RFC 9110 does not allow there, as servers send URLs so. */
const parameter = /([\w!#$%&'*+.^`|~-]+)[\t ]*=[\t ]*(?:"((?:[^"\\]|\\.)*)"|([^\t ,"]+))/y;
/** A comma, and then a parameter rather than the next scheme. */
const another = /[\t ]*,[\t ,]*[\w!#$%&'*+.^`|~-]+[\t ]*=[\t ]*[^\t ,]/y;
const space = /[\t ]*/y;
const token68 = /[\w.~+/-]+=*(?=[\t ]*(?:,|$))/y;

/** All challenges of a header, in order. What does not parse ends the list: nothing is guessed. */
export function readChallenges(header: string | null | undefined): readonly Challenge[] {
  const challenges: Challenge[] = [];
  if (!header || header.length > maxHeaderLength) return challenges;
  let at = 0;
  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const match = pattern.exec(header!);
    if (match) at += match[0].length;
    return match;
  }
  function isNext(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    return pattern.test(header!);
  }
  for (;;) {
    take(separator);
    const scheme = take(schemeToken)?.[1];
    if (scheme === undefined) return challenges;
    const parameters = new Map<string, string>();
    take(token68);
    for (let match = take(parameter); match; match = take(parameter)) {
      const name = match[1]!.toLowerCase();
      // One parameter given twice has no meaning: this challenge, and all after it, are not read.
      if (parameters.has(name)) return challenges;
      parameters.set(name, match[2]?.replaceAll(/\\(.)/g, '$1') ?? match[3] ?? '');
      if (!isNext(another)) break;
      take(separator);
    }
    take(space);
    if (at < header.length && header[at] !== ',') return challenges;
    challenges.push(present(scheme, parameters));
  }
}

/** The challenge that concerns tokens: `DPoP` where `preferDpop`, else `Bearer`, else `DPoP`. */
export function readChallenge(
  header: string | null | undefined,
  preferDpop = false,
): Challenge | undefined {
  const challenges = readChallenges(header);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  const dpop = challenges.find(({ scheme }) => scheme === 'dpop');
  return preferDpop ? (dpop ?? bearer) : (bearer ?? dpop);
}

function present(scheme: string, parameters: ReadonlyMap<string, string>): Challenge {
  const scopes = parameters.get('scope')?.split(' ').filter(Boolean);
  return {
    scheme: scheme.toLowerCase(),
    parameters: Object.fromEntries(parameters),
    error: parameters.get('error'),
    scopes: scopes && scopes.length > 0 ? scopes : undefined,
    resourceMetadata: parameters.get('resource_metadata'),
  };
}
