-- 《定期上门催收客户名单》: proposed by a clerk, decided by the sales manager.
create table if not exists visit_lists (
    list text primary key,
    entry text not null, -- of the last proposal
    entry_hash text not null, -- what a decision is pinned to
    title text not null,
    ledger text not null,
    proposed_by text not null,
    proposed_at_ms integer not null,
    decision text, -- approved, sent_back; null while it waits
    decision_reason text,
    decided_by text,
    decided_at_ms integer
) strict;

create table if not exists visit_list_rows (
    list text not null,
    position integer not null, -- rank, from 1
    customer text not null,
    currency text not null,
    overdue_minor integer not null,
    days_past_due integer not null,
    reason text not null,
    struck_reason text, -- why the manager took it off; null when it stays
    primary key (list, customer)
) strict, without rowid;
