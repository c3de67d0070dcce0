/** Where an answer goes, as a person can judge it. */
export interface RedirectWords {
  readonly place: string;
  readonly warning: string | undefined;
}

/** The host that gets the answer, with a warning where nothing proves whose program that is. */
export function describeRedirect(redirectUri: string): RedirectWords {
  const { protocol, host, hostname } = new URL(redirectUri);
  if (protocol === 'https:') return { place: host, warning: undefined };
  if (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    return {
      place: `this computer (${host})`,
      warning:
        'The answer goes to a program on this computer. Any program that runs here could have asked.',
    };
  }
  if (protocol === 'http:') {
    return { place: host, warning: 'The answer travels unprotected: others may read it.' };
  }
  return {
    place: `an app (${protocol})`,
    warning: `The answer goes to whichever app on this device opens addresses that begin with ${protocol}`,
  };
}

/** What a form's answer may redirect to, as `form-action` of a content security policy. */
export function formTarget(redirectUri: string): string {
  const { protocol, origin } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol;
}
