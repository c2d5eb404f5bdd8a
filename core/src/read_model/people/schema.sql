-- Everybody with an account, and the rules of the organisation, from the policy of the highest epoch.
create table if not exists people (
    user text primary key,
    name text not null
) strict;

-- Whose roles let them conduct a signing or take a promise.
create table if not exists signing_people (
    user text primary key
) strict;

-- Everybody's roles.
create table if not exists person_roles (
    user text not null,
    role text not null, -- JSON
    primary key (user, role)
) strict, without rowid;

create table if not exists policy (
    one integer primary key check (one = 1),
    epoch integer not null,
    organisation_name text not null,
    site_radius_m integer not null,
    agreed_method_clause text not null
) strict;
