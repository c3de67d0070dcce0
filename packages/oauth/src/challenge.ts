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

/** All challenges of a header, in order. What does not parse ends the list: nothing is guessed. */
export function readChallenges(header: string | null | undefined): readonly Challenge[] {
  throw new Error('not yet');
}

/** The challenge that concerns tokens: `DPoP` where `preferDpop`, else `Bearer`, else `DPoP`. */
export function readChallenge(
  header: string | null | undefined,
  preferDpop?: boolean,
): Challenge | undefined {
  throw new Error('not yet');
}
