/** Everybody's calls use the instance's one set of credentials, until people have their own. */
export const sharedCredentials = 'shared';
