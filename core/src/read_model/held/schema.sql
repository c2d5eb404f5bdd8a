-- What the office decided about objects in quarantine, in the order of the journal.
create table if not exists held_decisions (
    entry text primary key,
    envelope text not null,
    digest text not null, -- of the envelope's bytes
    decision text not null, -- HeldDecision's word
    needs_two integer not null,
    reason text not null,
    decided_by text not null,
    decided_at_ms integer not null
) strict;
create index if not exists held_decisions_by_envelope on held_decisions (envelope, digest);
