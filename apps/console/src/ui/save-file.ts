/** Has the browser save a file. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Later, for the download begins after this.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
