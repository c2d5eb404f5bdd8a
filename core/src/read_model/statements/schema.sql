-- Statements of account, as the server signed them.
create table if not exists statements (
    statement text primary key, -- the snapshot
    customer text not null,
    cut_off text not null,
    currency text not null,
    total_minor integer not null,
    lines integer not null,
    oldest_due text, -- due day of the oldest line that is still outstanding
    render_model text not null, -- digest
    content blob not null -- the statement's deterministic CBOR
) strict;
create index if not exists statements_by_customer on statements (customer);
-- Full settlements (form B) among them; one of a customer and ledger is issued at most.
create table if not exists settlements_issued (
    statement text primary key,
    customer text not null,
    ledger text not null,
    interest_minor integer not null
) strict;
create index if not exists settlements_issued_by_customer on settlements_issued (customer);
