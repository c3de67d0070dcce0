/** A size in mebibytes, as people read memory: `84 MB`. */
export function presentBytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`;
}
