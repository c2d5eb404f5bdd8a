-- Every entry that is held here, for timelines; the sealed bytes are elsewhere.
create table if not exists entries (
    entry text primary key,
    chain text not null,
    seq integer not null,
    hash text not null unique,
    author text not null,
    made_ms integer not null, -- wall clock of the author's device
    order_ms integer not null, -- made_ms, but never before the entry that precedes it in its chain: a clock set back reorders nothing
    kind text not null, -- the fact's kind, such as check_in
    stop text, -- when it is about a stop
    customer text, -- when it is about a customer as a whole
    plan text, -- when it is about a plan
    amends text,
    state text not null, -- local, sent, receipted, held
    held_code text, -- when held
    parts_total integer not null,
    parts_complete integer not null, -- complete on the server
    detail text not null -- views::EntryDetail as JSON
) strict;
create index if not exists entries_by_stop on entries (stop, order_ms);
create index if not exists entries_by_chain on entries (chain, seq);
create index if not exists entries_by_amends on entries (amends) where amends is not null;
create index if not exists entries_by_kind on entries (kind, order_ms);
