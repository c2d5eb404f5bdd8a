-- The manager's side of a stop: what was accepted, what was sent back (退回补正), what was answered.
create table if not exists acceptances (
    entry text primary key,
    stop text not null,
    remark text not null,
    accepted_by text not null,
    accepted_at_ms integer not null
) strict;
create index if not exists acceptances_by_stop on acceptances (stop);

create table if not exists accepted_entries (
    stop text not null,
    entry_hash text not null, -- an entry that the manager had before him when he accepted
    primary key (stop, entry_hash)
) strict, without rowid;

create table if not exists sent_backs (
    entry text primary key,
    stop text not null,
    about text not null, -- the entry that is sent back
    field text not null,
    reason text not null,
    deadline text not null,
    sent_by text not null,
    sent_at_ms integer not null
) strict;
create index if not exists sent_backs_by_stop on sent_backs (stop);

create table if not exists amendments (
    entry text primary key,
    stop text not null,
    sent_back text not null,
    about text, -- the entry that is corrected; it stays as it is
    text text not null,
    written_by text not null,
    written_at_ms integer not null
) strict;
create index if not exists amendments_by_sent_back on amendments (sent_back);
