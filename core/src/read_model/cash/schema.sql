-- Cash receipts and their way to finance. Nothing is ever deleted: a void, a count and a confirmation are rows beside.
create table if not exists serial_blocks (
    block text primary key, -- the entry that issued it
    device text not null,
    first integer not null,
    last integer not null,
    issued_by text not null,
    issued_ms integer not null
) strict;
create index if not exists serial_blocks_by_device on serial_blocks (device, first);

create table if not exists cash_receipts (
    receipt text primary key, -- the entry
    chain text not null,
    stop text, -- where it was taken
    customer text not null,
    customer_name text not null, -- as printed
    block text not null,
    serial integer not null,
    currency text not null,
    amount_minor integer not null,
    payer text not null,
    remark text not null,
    taken_by text not null,
    taken_ms integer not null,
    taken_day text not null -- legal day
) strict;
create index if not exists cash_receipts_by_block on cash_receipts (block, serial);
create index if not exists cash_receipts_by_taker on cash_receipts (taken_by, taken_ms);

create table if not exists cash_voids (
    receipt text primary key,
    entry text not null,
    reason text not null,
    voided_by text not null,
    voided_ms integer not null
) strict;

create table if not exists hand_ins (
    hand_in text primary key, -- the entry
    currency text not null,
    total_minor integer not null,
    made_by text not null,
    made_ms integer not null
) strict;

create table if not exists hand_in_receipts (
    receipt text primary key, -- a receipt is handed in once
    hand_in text not null
) strict, without rowid;
create index if not exists hand_in_receipts_by_hand_in on hand_in_receipts (hand_in);

create table if not exists cash_counts (
    hand_in text primary key, -- a hand-in is counted once
    entry text not null unique,
    counted_minor integer not null,
    variance_minor integer not null,
    reason text not null,
    counted_by text not null,
    counted_ms integer not null,
    counted_day text not null -- legal day
) strict;

create table if not exists variance_confirmations (
    counted text primary key, -- the count
    remark text not null,
    confirmed_by text not null,
    confirmed_ms integer not null,
    confirmed_day text not null -- legal day
) strict;

-- Each receipt with its place on the way and when finance had it. A view holds nothing, so an earlier form gives way.
drop view if exists cash_on_its_way;
create view cash_on_its_way as
select r.*, v.reason as void_reason, h.hand_in, c.entry as counted,
    case when v.receipt is not null then 'voided'
         when h.hand_in is null then 'open'
         when c.entry is null then 'handed_in'
         when c.variance_minor <> 0 and s.counted is null then 'counted'
         else 'confirmed' end as state,
    case when c.variance_minor = 0 then c.counted_ms else s.confirmed_ms end as confirmed_ms
from cash_receipts r
left join cash_voids v on v.receipt = r.receipt
left join hand_in_receipts h on h.receipt = r.receipt
left join cash_counts c on c.hand_in = h.hand_in
left join variance_confirmations s on s.counted = c.entry;
