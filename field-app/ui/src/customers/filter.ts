// What the list of customers can show and in which order; the core filters and sorts.

import type { Bucket } from "../rows/Bucket";
import type { CustomerSort } from "../rows/CustomerSort";

export const BUCKETS = [
  "current",
  "days1_to30",
  "days31_to60",
  "days61_to90",
  "days91_to180",
  "days181_to365",
  "days366_to730",
  "days731_to1095",
  "over1095",
] as const satisfies readonly Bucket[];

export const SORTS = ["overdue", "days_past_due", "name", "code"] as const satisfies readonly CustomerSort[];

export type CustomerFilter = "all" | "overdue" | Bucket;

/** The parameters that a filter stands for. */
export function asked(filter: CustomerFilter): { readonly bucket: Bucket | null; readonly is_overdue: boolean } {
  if (filter === "all" || filter === "overdue") return { bucket: null, is_overdue: filter === "overdue" };
  return { bucket: filter, is_overdue: false };
}
