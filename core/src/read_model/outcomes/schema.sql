-- How stops ended (走访结果); the last one of a stop counts.
create table if not exists outcomes (
    entry text primary key,
    stop text not null,
    kind text not null,
    reason text, -- why, when it did not end well
    summary text not null,
    made_by text not null,
    made_ms integer not null
) strict;
create index if not exists outcomes_by_stop on outcomes (stop);
