-- What customers dispute and what was found. Who signed under a finding is in `entries`.
create table if not exists disputes (
    entry text primary key,
    stop text not null,
    customer text not null,
    about text not null, -- JSON
    documents text not null, -- JSON, as on the statement
    words text not null,
    currency text,
    amount_minor integer, -- null when no amount is named
    person text not null,
    title text not null,
    received text,
    period text, -- JSON
    made_by text not null,
    made_ms integer not null
) strict;
create index if not exists disputes_by_stop on disputes (stop);
create index if not exists disputes_by_customer on disputes (customer, made_ms);

create table if not exists dispute_findings (
    entry text primary key,
    dispute text not null,
    finding text not null, -- JSON
    words text not null,
    remedy text not null, -- JSON
    remedy_words text not null,
    currency text,
    agreed_minor integer,
    made_by text not null,
    made_ms integer not null
) strict;
create index if not exists dispute_findings_by_dispute on dispute_findings (dispute);
