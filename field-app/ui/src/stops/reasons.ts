// Lists of words that the core knows, in the order in which a rep looks for them.

import type { Capacity } from "../rows/Capacity";
import type { CopyForm } from "../rows/CopyForm";
import type { OutcomeKind } from "../rows/OutcomeKind";
import type { ReasonCode } from "../rows/ReasonCode";

export const REASONS: readonly ReasonCode[] = ["delay", "evasive", "no_funds", "refuses", "amount", "quality", "no_authority", "bad_faith"];

export const COPY_FORMS: readonly CopyForm[] = ["file", "print", "photograph"];

export const OUTCOMES: readonly OutcomeKind[] = ["signed", "promised_orally", "paid", "refused_to_sign", "disputed", "not_met", "gone"];

export const CAPACITIES: readonly Capacity[] = [
  "legal_representative",
  "principal",
  "authorised_agent",
  "duty_holder",
  "company_seal_with_duty_holder",
  "company_seal_alone",
  "mail_room",
  "other_employee",
  "natural_person",
  "co_resident_adult_relative",
  "guarantor",
  "other",
];
