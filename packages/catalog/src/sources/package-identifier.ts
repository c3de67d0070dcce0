/** What an identifier of each kind may look like: none holds what a shell or a path would read. */
const patterns: Readonly<Record<string, RegExp>> = {
  npm: /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$/,
  pypi: /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  cargo: /^[A-Za-z][A-Za-z0-9_-]*$/,
  nuget: /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/,
  oci: /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
  mcpb: /^https:\/\/[^\s"'`\\<>|;$(){}]+$/,
};

/** Whether a package of that kind can have that identifier. */
export function isPackageIdentifier(registryType: string, identifier: string): boolean {
  if (identifier.length > 512 || (registryType !== 'mcpb' && identifier.includes('..'))) {
    return false;
  }
  return patterns[registryType]?.test(identifier) ?? false;
}
