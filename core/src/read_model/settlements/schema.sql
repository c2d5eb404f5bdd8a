-- Full settlements (statement form B) as they were put forward; office only.
create table if not exists settlements (
    statement text primary key, -- the snapshot, once it is issued
    entry text not null, -- that put it forward last
    entry_hash text not null,
    customer text not null,
    ledger text not null,
    cut_off text not null,
    currency text not null,
    principal_minor integer not null,
    interest_minor integer not null,
    computed_minor integer not null, -- by the rate, before anything was given up
    reason text not null,
    drafted_by text not null,
    drafted_at_ms integer not null,
    content blob not null -- the statement's deterministic CBOR
) strict;
create index if not exists settlements_by_customer on settlements (customer);
create table if not exists settlement_decisions (
    statement text not null,
    pinned text not null, -- hash of the entry that was decided on
    approver text not null, -- SettlementApprover's word
    entry text not null,
    decided_by text not null,
    decided_at_ms integer not null,
    sent_back_reason text, -- null when approved
    primary key (statement, pinned, approver)
) strict;
