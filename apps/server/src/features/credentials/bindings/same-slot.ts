/** Headers are the same however they are written (RFC 9110 section 5.1). */
export function sameSlot(a: string, b: string, isRemote: boolean): boolean {
  return isRemote ? a.toLowerCase() === b.toLowerCase() : a === b;
}
