-- Promises to pay (承诺), as they were made.
create table if not exists promises (
    entry text primary key,
    customer text not null,
    stop text, -- where it was made
    currency text not null,
    amount_minor integer not null,
    due text not null,
    signer_name text not null, -- empty when nobody promised in person
    supersedes text, -- the promise it replaces
    made_by text not null,
    made_ms integer not null
) strict;
create index if not exists promises_by_stop on promises (stop);
create index if not exists promises_by_customer on promises (customer);
create index if not exists promises_by_superseded on promises (supersedes);
