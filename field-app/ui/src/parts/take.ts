// Hands a photo, sound or file to the core, piece by piece: each is on disk when its call returns, so that an app that ends
// in between loses nothing that was taken over.

import { parts, position } from "../replica";
import type { PartKind } from "../rows/PartKind";

const PIECE_BYTES = 512 * 1024;
const THUMBNAIL_BYTES = 64 * 1024;
const THUMBNAIL_SIDE = 480;

/** The kinds of part, in the order of the form. */
export const PART_KINDS: readonly PartKind[] = ["site", "goods", "proof_of_authority", "stamped_sheet", "audio", "other"];

export type Taken = { readonly stop: string; readonly kind: PartKind; readonly caption: string; readonly file: File };

/** Stores `file` and attaches it; `told` hears how much of it is stored, from 0 to 1. The position is looked for meanwhile. */
export async function attach({ stop, kind, caption, file }: Taken, told: (share: number) => void): Promise<void> {
  const where = position.read();
  const { capture } = await parts.begin({ stop, kind, caption, media_type: file.type, name: file.name, position: { missing: "timed_out" } }, file.size);
  let ordinal = 0;
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    await parts.piece(capture, ordinal++, await base64(file.slice(at, at + PIECE_BYTES)));
    told(Math.min(1, (at + PIECE_BYTES) / file.size));
  }
  const small = await thumbnail(file);
  await parts.finish(capture, await where, small && (await base64(small)));
}

/** The bytes of `blob` in base 64. */
export function base64(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => failed(reader.error ?? new Error("the file cannot be read"));
    reader.readAsDataURL(blob);
  });
}

/** A small JPEG of a picture; undefined for what this platform cannot draw. The picture itself is kept as it was taken. */
async function thumbnail(file: File): Promise<Blob | undefined> {
  if (!file.type.startsWith("image/")) return undefined;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  const canvas = document.createElement("canvas");
  for (let side = THUMBNAIL_SIDE; side >= 60; side /= 2) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.75));
    if (small && small.size <= THUMBNAIL_BYTES) return small;
  }
  return undefined;
}

/** `31457280` as `30 MB`, `900` as `1 KB`: rounded up, so that nothing looks smaller than it is. */
export function size(bytes: number): string {
  const MEGABYTE = 1024 * 1024;
  return bytes < MEGABYTE ? `${Math.ceil(bytes / 1024)} KB` : `${Math.ceil(bytes / MEGABYTE)} MB`;
}
