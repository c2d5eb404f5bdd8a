// A position in honest words: what is known, how well, and what makes it weaker.

import type { Say } from "../messages";
import type { PositionRow } from "../rows/PositionRow";
import { keyOf } from "../words";

/** One or more sentences; the first says where, the others why to doubt it. */
export function positionWords(say: Say, at: PositionRow): readonly string[] {
  if (at.missing) return [say(keyOf("position-missing", at.missing))];
  const accuracy = at.accuracy_m ?? 0;
  const where =
    at.distance_m === null
      ? say("position-no-site", { accuracy })
      : say(keyOf("position", at.fence), { distance: at.distance_m, accuracy });
  const doubts: string[] = [];
  if (at.is_stale) doubts.push(say("position-stale", { minutes: Math.round((at.age_ms ?? 0) / 60_000) }));
  if (at.is_mocked) doubts.push(say("position-mocked"));
  return [where, ...doubts];
}

/** Whether a manager will ask about it. */
export function isDoubtful(at: PositionRow): boolean {
  return at.missing !== null || at.is_mocked || at.is_stale || at.fence === "outside";
}
