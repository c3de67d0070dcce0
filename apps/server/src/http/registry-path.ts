/** Where the registry API lies: pages of any site may ask it. */
export const registryPrefix = '/v0.1';

export function isRegistryPath(target: string): boolean {
  return target.startsWith(`${registryPrefix}/`);
}
