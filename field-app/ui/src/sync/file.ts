// A file out of the app. A browser downloads it; in a phone's web view the shell catches the download and offers where to put it.

import type { ExportFile } from "../rows/ExportFile";

/** Offers `file` as a download. */
export function save({ name, content }: ExportFile): void {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/cbor" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has its bytes once the browser had a turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
