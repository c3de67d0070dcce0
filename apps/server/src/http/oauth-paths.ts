/** What the authorization server answers itself; its pages for people are the application's. */
export function isAuthorizationServerPath(target: string): boolean {
  return serverPath.test(target);
}

/**
 * Where pages of any site may ask: what OAuth clients in browsers need. None of it goes by a cookie,
 * so a page gains nothing that a program would not.
 */
export function isOpenToPages(target: string): boolean {
  return openPath.test(target);
}

const metadata =
  '\\.well-known\\/(?:oauth-authorization-server|openid-configuration|oauth-protected-resource(?:\\/[^?]*)?)';
const openPath = new RegExp(
  `^\\/(?:oauth\\/(?:token|register|revoke|jwks)|${metadata})\\/?(?:\\?|$)`,
);
const serverPath = new RegExp(
  `^\\/(?:oauth\\/(?:authorize(?:\\/[\\w-]+)?|token|register|revoke|jwks)|${metadata})\\/?(?:\\?|$)`,
);
