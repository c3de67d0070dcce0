const key = 'plugboard-organization';

/** The organization that this tab acts in, when the person chose one; else that of the session. */
export function chosenOrganization(): string | undefined {
  return sessionStorage.getItem(key) ?? undefined;
}

/** Acts in another organization from now on: everything is read anew. */
export function chooseOrganization(id: string): void {
  sessionStorage.setItem(key, id);
  location.assign('/');
}

/** For when one is a member of the chosen organization no more. */
export function forgetOrganization(): void {
  sessionStorage.removeItem(key);
}
